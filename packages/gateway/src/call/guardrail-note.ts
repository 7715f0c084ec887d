import type { GuardPhase } from '@fairlead/snapshot'

/** What a guard has found in a call, without what it was. */
export interface GuardrailNote {
  /** `namespace/name` of the GuardrailPolicy. */
  readonly policy: string
  readonly guard: string
  readonly phase: GuardPhase
  /** `Shadow` of a policy that only reports. */
  readonly action:
    | 'Mask'
    | 'Replace'
    | 'Reject'
    | 'Annotate'
    | 'Shadow'
    // What was done to an answer for its format.
    | 'Repair'
    | 'Rewrite'
    | 'Fail'
    | 'Pass'
  /** How often. */
  findings: number
}

/** `default/pii;guard=mail;phase=Input;action=Mask;findings=2`, for headers and spans. */
export function guardrailText({ action, findings, guard, phase, policy }: GuardrailNote): string {
  return `${policy};guard=${guard};phase=${phase};action=${action};findings=${findings}`
}
