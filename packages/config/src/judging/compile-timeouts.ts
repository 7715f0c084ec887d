import type { AnswerTimeouts } from '@fairlead/snapshot'
import type { Findings } from './findings.ts'

type TimeoutsSpec = { readonly [Name in 'firstByte' | 'idle' | 'total']?: string }

/** The limits of a block at `path`, in milliseconds; undefined where it says nothing. */
export function compileTimeouts(
  spec: TimeoutsSpec,
  findings: Findings,
  path: string,
): AnswerTimeouts {
  const limit = (name: keyof TimeoutsSpec) => {
    const text = spec[name]
    return text === undefined ? undefined : compileLimit(text, findings, `${path}.${name}`)
  }
  return { firstByteMs: limit('firstByte'), idleMs: limit('idle'), totalMs: limit('total') }
}

/** A duration that limits something, and so must be longer than nothing. */
export function compileLimit(text: string, findings: Findings, path: string): number {
  const milliseconds = findings.duration(text, path)
  if (milliseconds === 0) findings.reject(`${path}: must be longer than 0s`)
  return milliseconds
}
