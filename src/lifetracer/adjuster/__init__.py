"""What a person wishes, made achievable: intents become targets with known odds, targets become plans."""
