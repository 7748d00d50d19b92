# What the world meets: a load balancer that speaks TLS, and a firewall in front of it.

resource "oci_load_balancer_load_balancer" "edge" {
  compartment_id             = var.compartment_id
  display_name               = local.name
  shape                      = "flexible"
  is_private                 = false
  subnet_ids                 = [oci_core_subnet.edge.id]
  network_security_group_ids = [oci_core_network_security_group.group["edge"].id]

  shape_details {
    minimum_bandwidth_in_mbps = 10
    maximum_bandwidth_in_mbps = var.environment == "prod" ? 100 : 10
  }
}

resource "oci_load_balancer_backend_set" "app" {
  load_balancer_id = oci_load_balancer_load_balancer.edge.id
  name             = "app"
  policy           = "LEAST_CONNECTIONS"

  health_checker {
    protocol          = "HTTP"
    port              = 3000
    url_path          = "/ready"
    return_code       = 200
    interval_ms       = 5000
    timeout_in_millis = 3000
    retries           = 2
  }

  # Nothing depends on it: sessions live in the database, and any server answers any request.
  lb_cookie_session_persistence_configuration {
    cookie_name      = "lifetracer_server"
    is_secure        = true
    is_http_only     = true
    disable_fallback = false
  }
}

resource "oci_load_balancer_certificate" "site" {
  load_balancer_id   = oci_load_balancer_load_balancer.edge.id
  certificate_name   = "${local.name}-${substr(filesha256(pathexpand(var.certificate_path)), 0, 12)}"
  public_certificate = file(pathexpand(var.certificate_path))
  private_key        = file(pathexpand(var.private_key_path))

  lifecycle {
    create_before_destroy = true # a new certificate takes over without a gap
  }
}

resource "oci_load_balancer_listener" "https" {
  load_balancer_id         = oci_load_balancer_load_balancer.edge.id
  name                     = "https"
  default_backend_set_name = oci_load_balancer_backend_set.app.name
  port                     = 443
  protocol                 = "HTTP"

  ssl_configuration {
    certificate_name        = oci_load_balancer_certificate.site.certificate_name
    protocols               = ["TLSv1.2", "TLSv1.3"]
    verify_peer_certificate = false
  }

  connection_configuration {
    idle_timeout_in_seconds = 120 # jobs are followed over long answers
  }
}

resource "oci_load_balancer_rule_set" "to_https" {
  load_balancer_id = oci_load_balancer_load_balancer.edge.id
  name             = "to_https"

  items {
    action        = "REDIRECT"
    response_code = 301

    conditions {
      attribute_name  = "PATH"
      attribute_value = "/"
      operator        = "FORCE_LONGEST_PREFIX_MATCH"
    }

    redirect_uri {
      protocol = "HTTPS"
      port     = 443
    }
  }
}

resource "oci_load_balancer_listener" "http" {
  load_balancer_id         = oci_load_balancer_load_balancer.edge.id
  name                     = "http"
  default_backend_set_name = oci_load_balancer_backend_set.app.name
  port                     = 80
  protocol                 = "HTTP"
  rule_set_names           = [oci_load_balancer_rule_set.to_https.name]
}

resource "oci_waf_web_app_firewall_policy" "edge" {
  compartment_id = var.compartment_id
  display_name   = local.name

  actions {
    name = "pass"
    type = "ALLOW"
  }

  actions {
    name = "refuse"
    type = "RETURN_HTTP_RESPONSE"
    code = 403
  }

  actions {
    name = "slow_down"
    type = "RETURN_HTTP_RESPONSE"
    code = 429
  }

  request_protection {
    rules {
      name                       = "injected SQL and scripts"
      type                       = "PROTECTION"
      action_name                = "refuse"
      is_body_inspection_enabled = true

      # Oracle's collections: 942xxxx are SQL injection, 941xxxx cross-site scripting.
      dynamic "protection_capabilities" {
        for_each = toset(["9420000", "9421000", "9421400", "9410000", "9411000", "9411400"])
        content {
          key     = protection_capabilities.value
          version = 1
        }
      }
    }
  }

  request_rate_limiting {
    rules {
      name        = "too many of one address"
      type        = "REQUEST_RATE_LIMITING"
      action_name = "slow_down"

      configurations {
        period_in_seconds          = 1
        requests_limit             = var.requests_per_second
        action_duration_in_seconds = 30
      }
    }
  }
}

resource "oci_waf_web_app_firewall" "edge" {
  compartment_id             = var.compartment_id
  display_name               = local.name
  backend_type               = "LOAD_BALANCER"
  load_balancer_id           = oci_load_balancer_load_balancer.edge.id
  web_app_firewall_policy_id = oci_waf_web_app_firewall_policy.edge.id
}
