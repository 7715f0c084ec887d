import { join } from 'node:path'
import { type Logger, systemClock } from '@fairlead/base'
import type { SnapshotSource } from '@fairlead/gateway'
import { AuditFiles } from './audit-files.ts'
import { auditLog } from './audit-log.ts'
import { AuditTrail } from './audit-trail.ts'

/** As `LLMGateway.spec.audit` has it, until one is read. */
const defaultBounds = { retentionMs: 30 * 24 * 3_600_000, maxBytes: 64 * 1024 * 1024 }

/** The audit of this machine's gateway. */
export interface GatewayAudit {
  readonly trail: AuditTrail
  /** Follows `LLMGateway.spec.audit` until the returned function is called. */
  follow(snapshots: SnapshotSource): () => void
}

/** Kept in files below the data directory, or with undefined as part of the log. */
export function gatewayAudit(dataDir: string | undefined, logger: Logger): GatewayAudit {
  const files =
    dataDir === undefined
      ? undefined
      : new AuditFiles({
          folder: join(dataDir, 'audit'),
          bounds: defaultBounds,
          clock: systemClock,
          logger,
        })
  const trail = new AuditTrail({ sink: files ?? auditLog(logger), clock: systemClock })
  return {
    trail,
    follow(snapshots) {
      const apply = () => {
        const settings = snapshots.current()?.gateway.audit
        if (settings === undefined) return
        trail.enable(settings.enabled)
        files?.bound(settings)
      }
      apply()
      return snapshots.subscribe(apply)
    },
  }
}
