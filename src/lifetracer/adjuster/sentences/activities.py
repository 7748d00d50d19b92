"""Words for the same activity: “read” finds a category Reading or 読書, 「走る」 one called Running.

Law: these words only lead to names that exist; exact names and other forms of the same word come first.
"""

from __future__ import annotations

ACTIVITIES: tuple[frozenset[str], ...] = tuple(
    frozenset(line.split("|"))
    for line in (
        "reading|read|books|読書|読む|読みたい|読みます|読ま|本を読む|本",
        "running|run|jog|jogging|ランニング|走る|走りたい|走ります|走ら|ジョギング",
        "study|studying|learn|learning|学習|勉強|学ぶ|学びたい|学びます|まなぶ|習う|お勉強",
        "sleep|sleeping|睡眠|寝る|眠る|眠りたい|眠ら|寝たい|就寝",
        "exercise|exercising|workout|work out|training|gym|sport|sports|fitness|運動|筋トレ|トレーニング|ジム|スポーツ",
        "work|working|job|仕事|働く|働きたい|働きます|働か|業務|勤務|お仕事",
        "walking|walk|stroll|散歩|歩く|歩きたい|歩きます|歩か|ウォーキング",
        "meditation|meditate|瞑想",
        "cooking|cook|料理|自炊",
        "cleaning|clean|掃除|片付け",
        "housework|household|chores|家事",
        "meetings|meeting|会議|ミーティング|打ち合わせ|打合せ",
        "writing|write|執筆|書く|書きたい|書きます|書か|ライティング",
        "programming|coding|code|program|プログラミング|コーディング|開発",
        "email|emails|e-mail|mail|メール",
        "family|家族",
        "friends|友達|友人",
        "music|音楽",
        "piano|ピアノ",
        "guitar|ギター",
        "english|英語",
        "japanese|日本語",
        "games|gaming|play games|video games|ゲーム",
        "television|tv|watch tv|テレビ",
        "social media|sns",
        "commute|commuting|travel|通勤|移動",
        "yoga|ヨガ",
        "swimming|swim|水泳|泳ぐ|泳が|スイミング",
        "cycling|bike|biking|サイクリング|自転車",
        "leisure|hobby|hobbies|余暇|趣味",
        "meals|eating|meal|eat|食事|食べる|食べ",
        "research|研究",
        "rest|break|breaks|休憩|休む|休息",
        "shopping|買い物",
    )
)

GENERAL = frozenset({"study", "studying", "learn", "learning", "勉強", "学ぶ", "習う", "お勉強"})
"""Words that go with any activity (“study Japanese”, 「英語を勉強する」) and then mean nothing more."""
