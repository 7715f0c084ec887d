import type { Runtime } from '../runtime/runtime.ts'
import type { CallRecord } from './call-record.ts'
import type { Services } from './services.ts'

const otherModel = 'other'

/** Records the metrics of a call that has ended and writes its log line. */
export function settleCall(record: CallRecord, runtime: Runtime, services: Services): void {
  const endedMs = services.clock.monotonicMs()
  const { target } = record
  const { metrics } = services
  metrics.countRequest(record.route, target?.provider.key ?? '', record.status)
  if (target !== undefined) {
    metrics.countTarget(record.route, target.name, record.status)
    const meters = metrics.metersOf(
      target.provider.type.telemetryName,
      boundedName(record.model, runtime),
      boundedName(target.model, runtime),
    )
    meters.duration.observe((endedMs - record.startedMs) / 1000)
    if (record.usage !== undefined) target.measurements.noteOutputTokens(record.usage.outputTokens)
    if (record.firstByteMs !== undefined) {
      meters.firstToken.observe((record.firstByteMs - record.startedMs) / 1000)
      metrics.overhead.observe(record.overheadAtFirstByteMs / 1000)
      const { usage } = record
      if (usage !== undefined) {
        meters.tokens(usage)
        if (record.stream && usage.outputTokens > 1) {
          const perTokenMs = (endedMs - record.firstByteMs) / (usage.outputTokens - 1)
          meters.perOutputToken.observe(perTokenMs / 1000)
        }
      }
    }
  }
  logCall(record, endedMs, services)
}

/** The model's name, if it may be a label. */
function boundedName(model: string, { modelNames }: Runtime): string {
  return modelNames.has(model) ? model : otherModel
}

function logCall(record: CallRecord, endedMs: number, { logger }: Services): void {
  if (logger.isLevelEnabled?.('info') === false) return
  const { target, usage, firstByteMs } = record
  logger.info(
    {
      requestId: record.requestId,
      method: record.method,
      path: record.path,
      status: record.status,
      consumer: record.consumer,
      model: record.model,
      route: record.route,
      target: target?.name,
      provider: target?.provider.key,
      upstreamModel: target?.model,
      stream: record.stream,
      attempts: record.attempts.length,
      conversation: record.conversation,
      durationMs: round(endedMs - record.startedMs),
      firstByteMs: firstByteMs === undefined ? undefined : round(firstByteMs - record.startedMs),
      overheadMs: round(record.overheadAtFirstByteMs),
      inputTokens: usage?.inputTokens,
      outputTokens: usage?.outputTokens,
      error: record.errorCode,
    },
    record.model === '' ? 'request' : 'call',
  )
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
