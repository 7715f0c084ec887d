import type { GuardrailPolicySettings, GuardSettings } from '@fairlead/snapshot'

type GuardParts = Partial<Omit<GuardSettings, 'look'>> & {
  readonly look?: Partial<GuardSettings['look']>
}

/** A guard that masks addresses of e-mail in all phases unless it says else. */
export function guardOf(name: string, { look, ...parts }: GuardParts = {}): GuardSettings {
  return {
    name,
    phases: ['Input', 'ToolDefinitions', 'ToolArguments', 'ToolOutput', 'Knowledge', 'Output'],
    action: { type: 'Mask', reversible: false },
    samplePercent: 100,
    ...parts,
    look: {
      detectors: look === undefined ? ['Email'] : [],
      sensitivity: 'Medium',
      patterns: [],
      keywords: [],
      ...look,
    },
  }
}

/** A GuardrailPolicy of the gateway `default/default` for all calls. */
export function guardrailOf(
  name: string,
  parts: Partial<GuardrailPolicySettings> = {},
): GuardrailPolicySettings {
  return {
    namespace: 'default',
    name,
    generation: 1,
    targets: [{ kind: 'LLMGateway', key: 'default/default' }],
    match: { models: [], groups: [], consumers: [], headers: [], cel: '' },
    order: 100,
    guards: [guardOf('pii')],
    transforms: [],
    stream: { mode: 'HoldBack', window: 8192 },
    mode: 'Enforce',
    refusal: 'This request was blocked by policy.',
    failureMode: 'Closed',
    ...parts,
  }
}
