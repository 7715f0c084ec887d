import type { Logger } from '@fairlead/base'
import type { AuditSink } from './audit-event.ts'

/** The audit as lines of the log, marked with `audit: true`, where there is no directory to keep it in. */
export function auditLog(logger: Logger): AuditSink {
  return {
    write: (_topic, events) => {
      for (const { time: _time, ...fields } of events) {
        logger.info({ audit: true, ...fields }, 'audit')
      }
    },
    close: () => Promise.resolve(),
  }
}
