"""Google: Calendar v3, OAuth 2.0 and the secret iCal address, as APIS.md D and E describe them."""
