import type { GuardrailPolicyGuard, GuardrailPolicySpec } from '@fairlead/api'
import { compileMatcher, PatternError } from '@fairlead/guard'
import type { GuardAction, GuardLook, GuardSettings } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'
import { frozenCopy } from '../../values/freeze.ts'

/**
 * The settings of a guard. Rejects patterns that are none; and, of a guard that looks at answers, what
 * cannot hold on a stream.
 */
export function compileGuard(
  guard: GuardrailPolicyGuard,
  path: string,
  stream: GuardrailPolicySpec['stream'],
  findings: Findings,
): GuardSettings {
  const { name, phases, samplePercent } = guard
  const look = compileLook(guard)
  checkPatterns(look, path, findings)
  if (phases.includes('Output') || phases.includes('ToolArguments')) {
    checkStream(guard, look, path, stream, findings)
  }
  return { name, phases: frozenCopy(phases), look, action: compileAction(guard), samplePercent }
}

function compileLook({ builtin, keywords, regex }: GuardrailPolicyGuard): GuardLook {
  return {
    detectors: frozenCopy(builtin?.detectors ?? []),
    sensitivity: builtin?.sensitivity ?? 'Medium',
    patterns: frozenCopy(regex?.patterns ?? []),
    keywords: frozenCopy(keywords?.words ?? []),
  }
}

function compileAction(guard: GuardrailPolicyGuard): GuardAction {
  switch (guard.action) {
    case 'Mask':
      return { type: 'Mask', reversible: guard.reversible }
    case 'Replace':
      return { type: 'Replace', with: guard.with ?? '' }
    default:
      return { type: guard.action }
  }
}

function checkPatterns({ patterns }: GuardLook, path: string, findings: Findings): void {
  patterns.forEach((pattern, index) => {
    try {
      compileMatcher({ patterns: [pattern] })
    } catch (error) {
      if (!(error instanceof PatternError)) throw error
      findings.reject(`${path}.regex.patterns[${index}]: ${error.message}`)
    }
  })
}

function checkStream(
  { action }: GuardrailPolicyGuard,
  look: GuardLook,
  path: string,
  { mode, window }: GuardrailPolicySpec['stream'],
  findings: Findings,
): void {
  if (mode === 'Buffer') return
  if (mode === 'RejectOnly' && (action === 'Mask' || action === 'Replace')) {
    findings.rejectOnStreams(
      `${path}.action: with spec.stream.mode RejectOnly text has left before it can be changed: ` +
        'use HoldBack or Buffer, or the action Reject',
    )
  }
  for (const { field, parts } of partsOf(look)) {
    const reach = reachOf(parts)
    if (reach === undefined) {
      findings.rejectOnStreams(
        `${path}.${field}: what it matches can be of any length, so that a stream cannot be held back ` +
          'for it: bound its repetitions, such as {1,64} in the place of +, or use spec.stream.mode Buffer',
      )
    } else if (reach > window) {
      findings.rejectOnStreams(
        `${path}.${field}: it looks at ${reach} characters, and spec.stream.window is ${window}: ` +
          'raise it, shorten what is looked for, or use spec.stream.mode Buffer',
      )
    }
  }
}

/** Each part of what is looked for, with the field that a message names. */
function partsOf({ detectors, keywords, patterns }: GuardLook) {
  return [
    ...detectors.map((name) => ({ field: 'builtin', parts: { detectors: [name] } })),
    ...patterns.map((pattern, index) => ({
      field: `regex.patterns[${index}]`,
      parts: { patterns: [pattern] },
    })),
    ...(keywords.length === 0 ? [] : [{ field: 'keywords', parts: { keywords } }]),
  ]
}

/** That of a pattern which is none is 0: it is refused as such. */
function reachOf(parts: Parameters<typeof compileMatcher>[0]): number | undefined {
  try {
    return compileMatcher(parts).reach
  } catch (error) {
    if (error instanceof PatternError) return 0
    throw error
  }
}
