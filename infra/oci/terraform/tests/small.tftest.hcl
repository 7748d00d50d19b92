# The small layout without Oracle: what would be made, and above all what would be open.

mock_provider "oci" {
  mock_data "oci_core_vnic_attachments" {
    defaults = { vnic_attachments = [{ vnic_id = "ocid1.vnic" }] }
  }
  mock_data "oci_core_private_ips" {
    defaults = { private_ips = [{ id = "ocid1.privateip" }] }
  }
  mock_resource "oci_core_public_ip" {
    defaults = { ip_address = "198.51.100.4" }
  }
}

variables {
  compartment_id      = "ocid1.compartment"
  availability_domain = "AD-1"
  image_id            = "ocid1.image"
  ssh_public_key_path = "tests/example.pub"
  my_ip               = "203.0.113.7/32"
  api_cidrs           = []
}

run "behind_the_tunnel_only_ssh_is_open" {
  command = apply

  assert {
    condition     = [for rule in oci_core_security_list.server_sl.ingress_security_rules : rule.tcp_options[0].min] == [22]
    error_message = "Something else than 22 is open."
  }
  assert {
    condition     = [for rule in oci_core_security_list.server_sl.ingress_security_rules : rule.source] == ["203.0.113.7/32"]
    error_message = "SSH is open to others."
  }
}

run "the_seeds_sizes_and_addresses" {
  command = apply

  assert {
    condition     = oci_core_vcn.lifetracer_vcn.cidr_blocks[0] == "10.0.0.0/16" && oci_core_subnet.public_subnet.cidr_block == "10.0.1.0/24"
    error_message = "The networks are others."
  }
  assert {
    condition     = oci_core_instance.lifetracer_vm.shape == "VM.Standard.A1.Flex" && oci_core_instance.lifetracer_vm.shape_config[0].ocpus == 4 && oci_core_instance.lifetracer_vm.shape_config[0].memory_in_gbs == 24
    error_message = "It is another machine."
  }
  assert {
    condition     = tostring(oci_core_instance.lifetracer_vm.source_details[0].boot_volume_size_in_gbs) == "50"
    error_message = "The disk has another size."
  }
  assert {
    condition     = oci_core_public_ip.lifetracer_ip.lifetime == "RESERVED" && output.vm_public_ip == "198.51.100.4"
    error_message = "The address does not stay."
  }
  assert {
    condition     = strcontains(output.ssh_config, "HostName 198.51.100.4") && strcontains(output.ssh_config, "Host lifetracer")
    error_message = "The SSH configuration does not lead there."
  }
  assert {
    condition     = strcontains(base64decode(oci_core_instance.lifetracer_vm.metadata.user_data), "docker")
    error_message = "The machine would not install Docker."
  }
}

run "the_api_is_open_to_whom_one_says" {
  command = apply

  variables {
    api_cidrs = ["198.51.100.0/24"]
  }

  assert {
    condition     = toset([for rule in oci_core_security_list.server_sl.ingress_security_rules : "${rule.tcp_options[0].min} ${rule.source}"]) == toset(["22 203.0.113.7/32", "3000 198.51.100.0/24"])
    error_message = "Something else is open."
  }
}

run "nobody_opens_it_to_the_whole_internet" {
  command = plan

  variables {
    api_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.api_cidrs]
}

run "the_micro_shape_has_no_size_to_choose" {
  command = apply

  variables {
    shape = "VM.Standard.E2.1.Micro"
  }

  assert {
    condition     = length(oci_core_instance.lifetracer_vm.shape_config) == 0
    error_message = "A fixed shape takes no shape_config."
  }
}
