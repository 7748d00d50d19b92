# The database: one primary with a fast, encrypted volume of its own, reached by the servers alone; the standby is
# infra/ha's. Backups go to a bucket that keeps versions for seven days (infra/backup fills it).

resource "oci_core_instance" "database" {
  compartment_id      = var.compartment_id
  availability_domain = local.places[0].availability_domain
  fault_domain        = local.places[0].fault_domain
  display_name        = "${local.name}-database"
  shape               = "VM.Standard.A1.Flex"

  shape_config {
    ocpus         = var.database_ocpus
    memory_in_gbs = var.database_memory_in_gbs
  }

  source_details {
    source_type             = "image"
    source_id               = var.image_id
    boot_volume_size_in_gbs = 50
  }

  create_vnic_details {
    subnet_id        = oci_core_subnet.database.id
    assign_public_ip = false
    nsg_ids          = [oci_core_network_security_group.group["database"].id]
    hostname_label   = "primary"
  }

  launch_options {
    is_pv_encryption_in_transit_enabled = true
  }

  instance_options {
    are_legacy_imds_endpoints_disabled = true
  }

  metadata = {
    ssh_authorized_keys = file(pathexpand(var.ssh_public_key_path))
  }

  lifecycle {
    prevent_destroy = true
    ignore_changes  = [source_details[0].source_id]
  }
}

resource "oci_core_volume" "database" {
  #checkov:skip=CKV_OCI_2:the attribute it looks for is deprecated; the assignment below does it
  compartment_id      = var.compartment_id
  availability_domain = local.places[0].availability_domain
  display_name        = "${local.name}-database"
  size_in_gbs         = var.database_volume_in_gbs
  vpus_per_gb         = 20 # higher performance; 10 is balanced
  kms_key_id          = oci_kms_key.data.id

  lifecycle {
    prevent_destroy = true
  }
}

# A picture of the disk every night, beside the backups that infra/backup makes of the database itself.
resource "oci_core_volume_backup_policy" "nightly" {
  compartment_id = var.compartment_id
  display_name   = local.name

  schedules {
    backup_type       = "INCREMENTAL"
    period            = "ONE_DAY"
    hour_of_day       = 18
    time_zone         = "UTC"
    retention_seconds = 7 * 24 * 3600
  }
}

resource "oci_core_volume_backup_policy_assignment" "database" {
  asset_id  = oci_core_volume.database.id
  policy_id = oci_core_volume_backup_policy.nightly.id
}

resource "oci_core_volume_attachment" "database" {
  attachment_type                     = "paravirtualized"
  instance_id                         = oci_core_instance.database.id
  volume_id                           = oci_core_volume.database.id
  is_pv_encryption_in_transit_enabled = true
}

resource "oci_kms_vault" "data" {
  compartment_id = var.compartment_id
  display_name   = local.name
  vault_type     = "DEFAULT"
}

resource "oci_kms_key" "data" {
  compartment_id      = var.compartment_id
  display_name        = "${local.name}-data"
  management_endpoint = oci_kms_vault.data.management_endpoint
  protection_mode     = "SOFTWARE"

  key_shape {
    algorithm = "AES"
    length    = 32
  }
}

data "oci_objectstorage_namespace" "ours" {
  compartment_id = var.compartment_id
}

resource "oci_objectstorage_bucket" "backups" {
  compartment_id        = var.compartment_id
  namespace             = data.oci_objectstorage_namespace.ours.namespace
  name                  = "${local.name}-backups"
  access_type           = "NoPublicAccess"
  storage_tier          = "Standard"
  versioning            = "Enabled"
  kms_key_id            = oci_kms_key.data.id
  object_events_enabled = true
}

resource "oci_objectstorage_object_lifecycle_policy" "backups" {
  namespace = data.oci_objectstorage_namespace.ours.namespace
  bucket    = oci_objectstorage_bucket.backups.name

  rules {
    name        = "what was replaced or deleted goes after a week"
    target      = "previous-object-versions"
    action      = "DELETE"
    is_enabled  = true
    time_amount = 7
    time_unit   = "DAYS"
  }
}
