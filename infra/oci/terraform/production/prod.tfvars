# Staging and production are alike but for their names; a test compares the two files.
environment            = "prod"
app_ocpus              = 4
app_memory_in_gbs      = 24
app_servers_min        = 2
app_servers_max        = 4
app_volume_in_gbs      = 100
database_ocpus         = 4
database_memory_in_gbs = 32
database_volume_in_gbs = 500
