# The small layout: one machine in Oracle's free allowance that runs the containers of infra/docker.
# What is open: 22 from my_ip, 3000 from api_cidrs; with the tunnel (api_cidrs = []) nothing but 22.

terraform {
  required_version = ">= 1.7"
  required_providers {
    oci = {
      source  = "oracle/oci"
      version = ">= 6.0"
    }
  }
}

provider "oci" {
  config_file_profile = "DEFAULT"
}

resource "oci_core_vcn" "lifetracer_vcn" {
  compartment_id = var.compartment_id
  display_name   = "lifetracer-vcn"
  dns_label      = "lifetracer"
  cidr_blocks    = ["10.0.0.0/16"]
}

resource "oci_core_internet_gateway" "igw" {
  compartment_id = var.compartment_id
  vcn_id         = oci_core_vcn.lifetracer_vcn.id
  display_name   = "lifetracer-igw"
}

resource "oci_core_route_table" "public_rt" {
  compartment_id = var.compartment_id
  vcn_id         = oci_core_vcn.lifetracer_vcn.id
  display_name   = "public-route-table"

  route_rules {
    destination       = "0.0.0.0/0"
    network_entity_id = oci_core_internet_gateway.igw.id
  }
}

resource "oci_core_security_list" "server_sl" {
  #checkov:skip=CKV_OCI_17:answers come back because the rules know their connections
  compartment_id = var.compartment_id
  vcn_id         = oci_core_vcn.lifetracer_vcn.id
  display_name   = "server-security-list"

  egress_security_rules {
    protocol    = "all"
    destination = "0.0.0.0/0"
  }

  ingress_security_rules {
    description = "SSH, from one address"
    protocol    = "6" # TCP
    source      = var.my_ip
    stateless   = false
    tcp_options {
      min = 22
      max = 22
    }
  }

  dynamic "ingress_security_rules" {
    for_each = toset(var.api_cidrs)
    content {
      description = "the API and the console"
      protocol    = "6"
      source      = ingress_security_rules.value
      stateless   = false
      tcp_options {
        min = 3000
        max = 3000
      }
    }
  }
}

resource "oci_core_subnet" "public_subnet" {
  compartment_id    = var.compartment_id
  vcn_id            = oci_core_vcn.lifetracer_vcn.id
  cidr_block        = "10.0.1.0/24"
  display_name      = "public-subnet"
  dns_label         = "public"
  route_table_id    = oci_core_route_table.public_rt.id
  security_list_ids = [oci_core_security_list.server_sl.id]
}

resource "oci_core_instance" "lifetracer_vm" {
  compartment_id      = var.compartment_id
  availability_domain = var.availability_domain
  display_name        = "lifetracer-vm"
  shape               = var.shape

  dynamic "shape_config" {
    for_each = endswith(var.shape, ".Flex") ? [1] : []
    content {
      ocpus         = var.ocpus
      memory_in_gbs = var.memory_in_gbs
    }
  }

  source_details {
    source_type             = "image"
    source_id               = var.image_id
    boot_volume_size_in_gbs = 50
  }

  create_vnic_details {
    subnet_id        = oci_core_subnet.public_subnet.id
    assign_public_ip = false # the reserved address below stays when the machine is made anew
    hostname_label   = "lifetracer"
  }

  launch_options {
    is_pv_encryption_in_transit_enabled = true
  }

  instance_options {
    are_legacy_imds_endpoints_disabled = true
  }

  metadata = {
    ssh_authorized_keys = file(pathexpand(var.ssh_public_key_path))
    user_data = base64encode(templatefile("${path.module}/cloud-init.yaml", {
      repository = var.repository
      setup      = indent(6, file("${path.module}/../scripts/setup-vm.sh"))
    }))
  }

  lifecycle {
    ignore_changes = [source_details[0].source_id, metadata] # a newer image is no reason to lose the machine
  }
}

data "oci_core_vnic_attachments" "lifetracer_vm" {
  compartment_id = var.compartment_id
  instance_id    = oci_core_instance.lifetracer_vm.id
}

data "oci_core_private_ips" "lifetracer_vm" {
  vnic_id = data.oci_core_vnic_attachments.lifetracer_vm.vnic_attachments[0].vnic_id
}

resource "oci_core_public_ip" "lifetracer_ip" {
  compartment_id = var.compartment_id
  display_name   = "lifetracer-ip"
  lifetime       = "RESERVED"
  private_ip_id  = data.oci_core_private_ips.lifetracer_vm.private_ips[0].id
}
