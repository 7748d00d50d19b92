# The servers: all alike, as many as are needed, spread over domains that do not fail together. Each runs server and
# worker; what one of them forgets, the database knows.

resource "oci_core_instance_configuration" "app" {
  compartment_id = var.compartment_id
  display_name   = local.name

  instance_details {
    instance_type = "compute"

    launch_details {
      compartment_id                      = var.compartment_id
      display_name                        = "${local.name}-app"
      shape                               = "VM.Standard.A1.Flex"
      is_pv_encryption_in_transit_enabled = true

      shape_config {
        ocpus         = var.app_ocpus
        memory_in_gbs = var.app_memory_in_gbs
      }

      source_details {
        source_type             = "image"
        image_id                = var.image_id
        boot_volume_size_in_gbs = var.app_volume_in_gbs
      }

      create_vnic_details {
        assign_public_ip = false
        subnet_id        = oci_core_subnet.app.id
        nsg_ids          = [oci_core_network_security_group.group["app"].id]
      }

      instance_options {
        are_legacy_imds_endpoints_disabled = true
      }

      metadata = {
        ssh_authorized_keys = file(pathexpand(var.ssh_public_key_path))
        user_data = base64encode(templatefile("${path.module}/app.yaml", {
          image      = var.lifetracer_image
          repository = var.repository
          secret_id  = var.environment_secret_id
          setup      = indent(6, file("${path.module}/../../scripts/setup-vm.sh"))
        }))
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "oci_core_instance_pool" "app" {
  compartment_id            = var.compartment_id
  display_name              = local.name
  instance_configuration_id = oci_core_instance_configuration.app.id
  size                      = var.app_servers_min

  dynamic "placement_configurations" {
    for_each = local.spread ? slice(var.availability_domains, 0, 2) : var.availability_domains
    content {
      availability_domain = placement_configurations.value
      fault_domains       = ["FAULT-DOMAIN-1", "FAULT-DOMAIN-2"]
      primary_subnet_id   = oci_core_subnet.app.id
    }
  }

  load_balancers {
    load_balancer_id = oci_load_balancer_load_balancer.edge.id
    backend_set_name = oci_load_balancer_backend_set.app.name
    port             = 3000
    vnic_selection   = "PrimaryVnic"
  }

  lifecycle {
    ignore_changes = [size] # the rule below decides
  }
}

resource "oci_autoscaling_auto_scaling_configuration" "app" {
  compartment_id       = var.compartment_id
  display_name         = local.name
  cool_down_in_seconds = 300

  auto_scaling_resources {
    id   = oci_core_instance_pool.app.id
    type = "instancePool"
  }

  policies {
    display_name = "by processor"
    policy_type  = "threshold"

    capacity {
      initial = var.app_servers_min
      min     = var.app_servers_min
      max     = var.app_servers_max
    }

    rules {
      display_name = "one more"
      action {
        type  = "CHANGE_COUNT_BY"
        value = 1
      }
      metric {
        metric_type = "CPU_UTILIZATION"
        threshold {
          operator = "GT"
          value    = 70
        }
      }
    }

    rules {
      display_name = "one less"
      action {
        type  = "CHANGE_COUNT_BY"
        value = -1
      }
      metric {
        metric_type = "CPU_UTILIZATION"
        threshold {
          operator = "LT"
          value    = 20
        }
      }
    }
  }
}
