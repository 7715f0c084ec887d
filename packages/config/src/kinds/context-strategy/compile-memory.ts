import type { ContextStrategySpec } from '@fairlead/api'
import type { ContextStrategySettings } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'

/** How notes are used and made; undefined where there are none. */
export function compileMemory(
  memory: ContextStrategySpec['memory'],
  findings: Findings,
): ContextStrategySettings['memory'] {
  if (memory === undefined) return undefined
  const { extract, maxTokens, mode, recall } = memory
  if (mode === 'Explicit') return { recall, maxTokens, extract: undefined }
  // The schema's rules say so, too: what is stored may be older than they are.
  if (extract === undefined) {
    findings.reject('spec.memory.extract: required for mode Extract')
    return undefined
  }
  const { maxNotes, maxNoteTokens, model, ttl } = extract
  const ttlMs =
    ttl === undefined
      ? undefined
      : findings.durationWithin(ttl, 'spec.memory.extract.ttl', ['1m', '87600h'])
  return { recall, maxTokens, extract: { model, maxNotes, maxNoteTokens, ttlMs } }
}
