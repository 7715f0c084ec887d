import { join } from 'node:path'
import { systemClock } from '@fairlead/base'
import { parseGoDuration } from '@fairlead/kube-core'
import { auditLine } from '../audit/audit-line.ts'
import { readAudit } from '../audit/read-audit.ts'
import type { CommandContext } from '../command-context.ts'
import { UsageError } from '../usage-error.ts'

/** Prints what was refused, and who changed the configuration, of a data directory. */
export async function audit({ options, print, signal }: CommandContext): Promise<void> {
  const { consumer, kind, output, since } = options.audit
  const backMs = parseSince(since)
  const folder = join(options.dataDir, 'audit')
  const events = readAudit(folder, {
    sinceMs: backMs === undefined ? undefined : systemClock.now() - backMs,
    consumer,
    kind,
  })
  let hasPrinted = false
  try {
    for await (const event of events) {
      if (signal.aborted) return
      print(`${output === 'json' ? JSON.stringify(event) : auditLine(event)}\n`)
      hasPrinted = true
    }
    if (!hasPrinted && output !== 'json') {
      const isNarrowed = [consumer, kind, since].some((one) => one !== undefined)
      print(`The audit has no ${isNarrowed ? 'such events' : 'events yet'}.\n`)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new UsageError(
      `nothing is known of ${folder}: give --data-dir of a Fairlead that has run; with a cluster, the audit is part of the log (audit: true)`,
    )
  }
}

function parseSince(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  try {
    return parseGoDuration(text)
  } catch {
    throw new UsageError(`--since is "${text}": expected a duration such as 24h or 30m`)
  }
}
