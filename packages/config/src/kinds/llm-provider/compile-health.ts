import type { LLMProvider } from '@fairlead/api'
import type { HealthSettings } from '@fairlead/snapshot'
import { compileLimit } from '../../judging/compile-timeouts.ts'
import type { Findings } from '../../judging/findings.ts'

export function compileHealth({ spec }: LLMProvider, findings: Findings): HealthSettings {
  const { failures, window, ejectFor, maxEjectFor, maxEjectedPercent, probe } = spec.health
  const limit = (name: string, text: string) => compileLimit(text, findings, `spec.health.${name}`)
  const settings = {
    failures,
    windowMs: limit('window', window),
    ejectForMs: limit('ejectFor', ejectFor),
    maxEjectForMs: limit('maxEjectFor', maxEjectFor),
    maxEjectedPercent,
    probe:
      probe === undefined
        ? undefined
        : { model: probe.model, intervalMs: limit('probe.interval', probe.interval) },
  }
  if (settings.maxEjectForMs < settings.ejectForMs) {
    findings.reject('spec.health.maxEjectFor: must be at least as long as spec.health.ejectFor')
  }
  return settings
}
