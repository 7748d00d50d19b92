"""GitHub's REST API for workflows: started, found and followed (APIS.md G.1); runs take time and end as asked."""
