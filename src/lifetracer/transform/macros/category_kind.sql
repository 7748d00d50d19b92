{#
    What a category is for its person, guessed by the words of its name; the first line that fits wins. English words
    stand alone, Japanese ones may lie anywhere. Anyone can say it better: app.category.kind.
#}
{% macro kind_of_name(name) -%}
    case
        {%- for kind, english, japanese in [
            ('sleep', 'sleep|sleeping|nap|naps|bed', '睡眠|就寝|昼寝|仮眠'),
            ('study', 'study|studies|studying|learn|learning|class|classes|course|courses|lecture|lectures|homework|exam|exams|school|university|college|thesis|tutorial|seminar|math|maths|language|languages', '勉強|学習|授業|講義|宿題|試験|学校|大学|英語|日本語|研修|資格|ゼミ|卒論'),
            ('exercise', 'exercise|exercises|gym|workout|workouts|sport|sports|run|running|jog|jogging|swim|swimming|yoga|pilates|fitness|training|tennis|football|soccer|cycling|climbing|stretching|walk|walking', '運動|筋トレ|ジム|ランニング|ジョギング|水泳|ヨガ|スポーツ|散歩|ストレッチ|トレーニング'),
            ('travel', 'travel|travelling|traveling|commute|commuting|transit|transport|transportation|drive|driving|trip|trips|flight|train|bus', '通勤|通学|移動|旅行|出張|電車|運転'),
            ('care', 'care|kids|kid|child|children|baby|childcare|hygiene|health|doctor|dentist|therapy|meditation|shower|self care|medical', '育児|子供|子ども|保育|介護|看病|通院|病院|健康|身支度|入浴|風呂|瞑想'),
            ('household', 'household|housework|home|house|chore|chores|cleaning|cooking|cook|laundry|groceries|grocery|shopping|errand|errands|meal|meals|food|eating|breakfast|lunch|dinner|garden|gardening|repairs', '家事|掃除|洗濯|料理|炊事|買い物|買物|食事|朝食|昼食|夕食|片付け|雑用|菜園|園芸|庭仕事'),
            ('social', 'social|family|friend|friends|party|date|dating|relationship|relationships|community|church|volunteer|volunteering', '家族|友人|友達|交流|飲み会|デート|付き合い|懇親'),
            ('leisure', 'leisure|hobby|hobbies|fun|game|games|gaming|reading|read|book|books|music|guitar|piano|movie|movies|film|films|tv|video|videos|youtube|entertainment|relax|relaxing|rest|break|breaks|free time|waste time|internet|social media', '趣味|娯楽|遊び|ゲーム|読書|音楽|映画|テレビ|動画|休憩|休息|余暇|のんびり'),
            ('work', 'work|working|job|office|meeting|meetings|standup|client|clients|customer|customers|business|admin|administration|email|emails|mail|coding|programming|development|engineering|design|sales|marketing|support|consulting|freelance|freelancing|interview|interviews|planning|review|accounting|invoicing|deep work|website|websites', '仕事|業務|会議|打ち合わせ|打合せ|ミーティング|勤務|開発|営業|顧客|案件|事務|経理|面接|設計|実装|資料作成|メール対応|作業|制作|サイト'),
        ] %}
        when {{ name_key(name) }} ~ '\m({{ english }})\M|{{ japanese }}' then '{{ kind }}'
        {%- endfor %}
    end
{%- endmacro %}
