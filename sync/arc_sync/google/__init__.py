"""Google's Sheets and Drive over HTTP: credentials, quotas, retries, and the few calls that ARC makes."""
