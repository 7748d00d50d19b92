# The production layout without Oracle: what is open, what is private, what is encrypted, what is kept how long.

mock_provider "oci" {
  mock_data "oci_objectstorage_namespace" {
    defaults = { namespace = "ours" }
  }
}

variables {
  compartment_id        = "ocid1.compartment"
  environment           = "prod"
  availability_domains  = ["AD-1", "AD-2"]
  image_id              = "ocid1.image"
  ssh_public_key_path   = "../tests/example.pub"
  certificate_path      = "../tests/example.pub"
  private_key_path      = "../tests/example.pub"
  lifetracer_image      = "anna/lifetracer@sha256:0"
  environment_secret_id = "ocid1.vaultsecret"
  repository            = "https://example.org/lifetracer"
  app_ocpus             = 4
  app_memory_in_gbs     = 24
  app_servers_min       = 2
  app_servers_max       = 4
}

run "what_is_open" {
  command = plan

  assert {
    condition = toset([
      for name, way in local.ways : way.port if way.from == "0.0.0.0/0"
    ]) == toset([80, 443])
    error_message = "The world reaches something else than 80 and 443."
  }
  assert {
    condition     = toset([for way in values(local.ways) : "${way.from} ${way.port}" if way.to == "database"]) == toset(["app 5432"])
    error_message = "The database is reached by others than the servers."
  }
  assert {
    condition     = length(oci_core_network_security_group_security_rule.way_in) == length(local.ways)
    error_message = "There are ways in that are not listed."
  }
  assert {
    condition     = alltrue([for rule in oci_core_network_security_group_security_rule.way_in : rule.protocol == "6"])
    error_message = "Something else than TCP is let in."
  }
  assert {
    condition     = length(oci_core_security_list.nothing_in.ingress_security_rules) == 0
    error_message = "The subnets' list lets something in."
  }
}

run "what_is_private" {
  command = plan

  assert {
    condition     = oci_core_subnet.app.prohibit_public_ip_on_vnic && oci_core_subnet.database.prohibit_public_ip_on_vnic
    error_message = "Servers or database may have public addresses."
  }
  assert {
    condition     = tostring(oci_core_instance.database.create_vnic_details[0].assign_public_ip) == "false"
    error_message = "The database has a public address."
  }
  assert {
    condition     = oci_objectstorage_bucket.backups.access_type == "NoPublicAccess"
    error_message = "Backups can be read by everybody."
  }
}

run "what_is_encrypted_and_kept" {
  command = apply

  assert {
    condition     = oci_core_volume.database.kms_key_id == oci_kms_key.data.id && oci_objectstorage_bucket.backups.kms_key_id == oci_kms_key.data.id
    error_message = "A volume or the bucket is not encrypted with our key."
  }
  assert {
    condition     = oci_core_volume_attachment.database.is_pv_encryption_in_transit_enabled && tostring(oci_core_instance.database.launch_options[0].is_pv_encryption_in_transit_enabled) == "true"
    error_message = "The way to the volume is not encrypted."
  }
  assert {
    condition     = oci_objectstorage_bucket.backups.versioning == "Enabled"
    error_message = "The bucket keeps no versions."
  }
  assert {
    condition     = tostring(oci_objectstorage_object_lifecycle_policy.backups.rules[0].time_amount) == "7" && oci_objectstorage_object_lifecycle_policy.backups.rules[0].time_unit == "DAYS"
    error_message = "Old versions are not kept for seven days."
  }
  assert {
    condition     = oci_load_balancer_listener.https.ssl_configuration[0].protocols == tolist(["TLSv1.2", "TLSv1.3"])
    error_message = "The load balancer speaks old TLS."
  }
}

run "sizes_and_spreading" {
  command = apply

  assert {
    condition     = toset([for place in oci_core_instance_pool.app.placement_configurations : place.availability_domain]) == toset(["AD-1", "AD-2"])
    error_message = "The servers do not stand in two domains."
  }
  assert {
    condition     = oci_core_volume.database.size_in_gbs == "500" && oci_core_volume.database.vpus_per_gb == "20"
    error_message = "The database's volume is small or slow."
  }
  assert {
    condition     = oci_core_instance.database.shape_config[0].ocpus == 4 && oci_core_instance.database.shape_config[0].memory_in_gbs == 32
    error_message = "The database's machine is another."
  }
  assert {
    condition     = oci_autoscaling_auto_scaling_configuration.app.policies[0].capacity[0].max == 4 && oci_autoscaling_auto_scaling_configuration.app.policies[0].capacity[0].min == 2
    error_message = "The pool does not grow and shrink."
  }
  assert {
    condition     = length(oci_load_balancer_backend_set.app.lb_cookie_session_persistence_configuration) == 1 && oci_load_balancer_backend_set.app.health_checker[0].url_path == "/ready"
    error_message = "The load balancer does not look whether servers are ready, or does not keep people at theirs."
  }
  assert {
    condition     = length(oci_waf_web_app_firewall_policy.edge.request_protection[0].rules[0].protection_capabilities) == 6 && length(oci_waf_web_app_firewall_policy.edge.request_rate_limiting) == 1
    error_message = "The firewall lacks rules."
  }
}

run "one_availability_domain_has_fault_domains" {
  command = apply

  variables {
    availability_domains = ["AD-1"]
  }

  assert {
    condition     = length(oci_core_instance_pool.app.placement_configurations) == 1 && length(oci_core_instance_pool.app.placement_configurations[0].fault_domains) == 2
    error_message = "The servers do not stand in two fault domains."
  }
}
