import type { Runtime } from '../runtime/runtime.ts'
import { callFields } from './call-fields.ts'
import { boundedName } from './bounded-name.ts'
import { countAttempts } from './count-attempts.ts'
import { countCost } from './count-cost.ts'
import type { CallRecord } from './call-record.ts'
import { exportCall } from './export-call.ts'
import { refusedRequest } from './refused-request.ts'
import type { Services } from './services.ts'

/** Records the evidence of a call that has ended: metrics, log line, spans, and what is kept. */
export function settleCall(record: CallRecord, runtime: Runtime, services: Services): void {
  const { clock, logger, metrics } = services
  const endedMs = clock.monotonicMs()
  const { prompt, purpose, target } = record
  if (purpose !== undefined) metrics.countOwnCall(purpose, record.errorCode === undefined)
  else metrics.countRequest(record.route, target?.provider.key ?? '', record.status)
  if (prompt !== undefined) {
    const { namespace, name, version } = prompt
    const isAnswered = record.errorCode === undefined
    metrics.prompts.countCall(`${namespace}/${name}`, version, {
      status: record.status,
      seconds: isAnswered ? (endedMs - record.startedMs) / 1000 : undefined,
      usage: record.usage,
    })
  }
  if (target !== undefined) {
    metrics.countTarget(record.route, target.name, record.status)
    countAttempts(record, metrics.attempts, (model) => boundedName(model, runtime))
    const meters = metrics.metersOf(
      record.operation,
      target.provider.key,
      target.provider.type.telemetryName,
      boundedName(record.model, runtime),
      boundedName(target.model, runtime),
    )
    meters.duration.observe((endedMs - record.startedMs) / 1000)
    if (record.usage !== undefined && record.usage.estimated !== true)
      target.measurements.noteOutputTokens(record.usage.outputTokens)
    const { usage } = record
    if (usage !== undefined) meters.tokens(usage)
    if (record.firstByteMs !== undefined) {
      meters.firstToken.observe((record.firstByteMs - record.startedMs) / 1000)
      metrics.overhead.observe(record.overheadAtFirstByteMs / 1000)
      if (usage !== undefined && record.stream && usage.outputTokens > 1) {
        const perTokenMs = (endedMs - record.firstByteMs) / (usage.outputTokens - 1)
        meters.perOutputToken.observe(perTokenMs / 1000)
      }
    }
  }
  countCost(record, runtime, services)
  exportCall(record, endedMs, services)
  const isRefusable = record.errorCode !== undefined && purpose === undefined
  if (isRefusable && runtime.snapshot.gateway.audit.enabled) {
    const refused = refusedRequest(record, clock.now())
    if (refused !== undefined) services.audit.refused(refused)
  }
  const isCall = record.model !== ''
  const nowMs = clock.now()
  services.usage.noteKey(record, nowMs)
  if (isCall) {
    const model = boundedName(record.model, runtime)
    services.usage.noteCall(record, model, nowMs, endedMs - record.startedMs)
  }
  const isKept = isCall && record.tenant !== '' && purpose === undefined
  const isLogged = logger.isLevelEnabled?.('info') !== false
  if (!isKept && !isLogged) return
  const fields = callFields(record, endedMs)
  if (isLogged) logger.info(fields, logWord(record))
  if (!isKept) return
  const { tenant, usage } = record
  services.recentCalls.keep({ fields, tenant, endedAtMs: nowMs, usage })
}

function logWord({ model, purpose }: CallRecord): string {
  if (purpose !== undefined) return 'own call'
  return model === '' ? 'request' : 'call'
}
