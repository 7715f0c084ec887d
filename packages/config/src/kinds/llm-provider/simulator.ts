import { LLMProvider, type SimulatorFailure } from '@fairlead/api'
import type { SimulatorSettings } from '@fairlead/snapshot'
import { blockDefaults } from '../../judging/block-defaults.ts'
import type { Findings } from '../../judging/findings.ts'
import { frozenCopy, none } from '../../values/freeze.ts'

const defaults = blockDefaults(LLMProvider, 'simulator')

export function compileSimulator(provider: LLMProvider, findings: Findings): SimulatorSettings {
  const { mode, replies, latency, wordDelay, failure } = provider.spec.simulator ?? defaults
  return {
    mode,
    replies: frozenCopy(replies ?? none),
    latencyMs: findings.duration(latency, 'spec.simulator.latency'),
    wordDelayMs: findings.duration(wordDelay, 'spec.simulator.wordDelay'),
    failure: failure && compileFailure(failure, findings),
  }
}

/** A percentage is turned into "every n-th call"; 0 means never. */
function compileFailure(spec: SimulatorFailure, findings: Findings): SimulatorSettings['failure'] {
  const { status, message, everyNth, percent, retryAfter, afterWords } = spec
  if (percent === 0) return undefined
  const retryAfterMs =
    retryAfter === undefined
      ? undefined
      : findings.duration(retryAfter, 'spec.simulator.failure.retryAfter')
  return {
    status,
    message,
    everyNth: everyNth ?? (percent === undefined ? 1 : Math.max(1, Math.round(100 / percent))),
    retryAfterSeconds: retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1000),
    afterWords,
  }
}
