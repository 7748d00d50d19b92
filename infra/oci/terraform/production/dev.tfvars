# A small copy of production: one or two small servers.
environment            = "dev"
app_ocpus              = 2
app_memory_in_gbs      = 12
app_servers_min        = 1
app_servers_max        = 2
database_ocpus         = 2
database_memory_in_gbs = 12
database_volume_in_gbs = 100
