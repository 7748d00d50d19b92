# The production layout: load balancer and firewall outside; servers and database inside, without public addresses.
# Who may speak to whom is said by groups (NSG), not by subnets: world → 80/443 → load balancer → 3000 → servers →
# 5432 → database.

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

locals {
  name   = "lifetracer-${var.environment}"
  spread = length(var.availability_domains) > 1
  # One availability domain has three fault domains: other hardware, other power.
  places = [
    for index in range(2) : {
      availability_domain = var.availability_domains[local.spread ? index : 0]
      fault_domain        = "FAULT-DOMAIN-${index + 1}"
    }
  ]
}

resource "oci_core_vcn" "lifetracer" {
  compartment_id = var.compartment_id
  display_name   = "${local.name}-vcn"
  dns_label      = "lifetracer${var.environment}"
  cidr_blocks    = ["10.1.0.0/16"]
}

resource "oci_core_internet_gateway" "igw" {
  compartment_id = var.compartment_id
  vcn_id         = oci_core_vcn.lifetracer.id
  display_name   = "${local.name}-igw"
}

resource "oci_core_nat_gateway" "nat" {
  compartment_id = var.compartment_id
  vcn_id         = oci_core_vcn.lifetracer.id
  display_name   = "${local.name}-nat"
}

resource "oci_core_route_table" "public" {
  compartment_id = var.compartment_id
  vcn_id         = oci_core_vcn.lifetracer.id
  display_name   = "public-route-table"

  route_rules {
    destination       = "0.0.0.0/0"
    network_entity_id = oci_core_internet_gateway.igw.id
  }
}

resource "oci_core_route_table" "private" {
  compartment_id = var.compartment_id
  vcn_id         = oci_core_vcn.lifetracer.id
  display_name   = "private-route-table"

  route_rules {
    destination       = "0.0.0.0/0"
    network_entity_id = oci_core_nat_gateway.nat.id
  }
}

# Subnets always have a list; ours lets nothing in, so that the groups alone decide.
resource "oci_core_security_list" "nothing_in" {
  #checkov:skip=CKV_OCI_16:nothing in is what is wanted
  #checkov:skip=CKV_OCI_19:nothing in, so not 22 either
  compartment_id = var.compartment_id
  vcn_id         = oci_core_vcn.lifetracer.id
  display_name   = "nothing-in"
}

resource "oci_core_subnet" "edge" {
  compartment_id    = var.compartment_id
  vcn_id            = oci_core_vcn.lifetracer.id
  cidr_block        = "10.1.1.0/24"
  display_name      = "edge"
  dns_label         = "edge"
  route_table_id    = oci_core_route_table.public.id
  security_list_ids = [oci_core_security_list.nothing_in.id]
}

resource "oci_core_subnet" "app" {
  compartment_id             = var.compartment_id
  vcn_id                     = oci_core_vcn.lifetracer.id
  cidr_block                 = "10.1.2.0/24"
  display_name               = "app"
  dns_label                  = "app"
  prohibit_public_ip_on_vnic = true
  prohibit_internet_ingress  = true
  route_table_id             = oci_core_route_table.private.id
  security_list_ids          = [oci_core_security_list.nothing_in.id]
}

resource "oci_core_subnet" "database" {
  compartment_id             = var.compartment_id
  vcn_id                     = oci_core_vcn.lifetracer.id
  cidr_block                 = "10.1.3.0/24"
  display_name               = "database"
  dns_label                  = "database"
  prohibit_public_ip_on_vnic = true
  prohibit_internet_ingress  = true
  route_table_id             = oci_core_route_table.private.id
  security_list_ids          = [oci_core_security_list.nothing_in.id]
}

resource "oci_core_network_security_group" "group" {
  for_each = toset(["edge", "app", "database"])

  compartment_id = var.compartment_id
  vcn_id         = oci_core_vcn.lifetracer.id
  display_name   = "${local.name}-${each.key}"
}

locals {
  # to which group, from whom, on which port; a name of a group means its members
  ways = {
    http     = { to = "edge", from = "0.0.0.0/0", port = 80 }
    https    = { to = "edge", from = "0.0.0.0/0", port = 443 }
    app      = { to = "app", from = "edge", port = 3000 }
    database = { to = "database", from = "app", port = 5432 }
  }
}

resource "oci_core_network_security_group_security_rule" "way_in" {
  #checkov:skip=CKV_OCI_21:answers come back because the rules know their connections
  for_each = local.ways

  network_security_group_id = oci_core_network_security_group.group[each.value.to].id
  description               = "${each.value.from} to ${each.value.to}"
  direction                 = "INGRESS"
  protocol                  = "6" # TCP
  stateless                 = false
  source_type               = strcontains(each.value.from, "/") ? "CIDR_BLOCK" : "NETWORK_SECURITY_GROUP"
  source                    = strcontains(each.value.from, "/") ? each.value.from : oci_core_network_security_group.group[each.value.from].id

  tcp_options {
    destination_port_range {
      min = each.value.port
      max = each.value.port
    }
  }
}

resource "oci_core_network_security_group_security_rule" "way_out" {
  #checkov:skip=CKV2_OCI_2:it lets out, not in
  for_each = oci_core_network_security_group.group

  network_security_group_id = each.value.id
  description               = "everything out"
  direction                 = "EGRESS"
  protocol                  = "all"
  stateless                 = false
  destination_type          = "CIDR_BLOCK"
  destination               = "0.0.0.0/0"
}
