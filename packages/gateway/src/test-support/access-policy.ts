import type { AccessPolicySettings } from '@fairlead/snapshot'

/** What is said of a policy; all else is as `policyOf` has it. */
type PolicyParts = Partial<Omit<AccessPolicySettings, 'resources' | 'subjects'>> & {
  readonly subjects?: Partial<AccessPolicySettings['subjects']>
  readonly resources?: Partial<AccessPolicySettings['resources']>
}

/** An AccessPolicy of the gateway `default/default` for everybody, which denies unless it says else. */
export function policyOf(
  name: string,
  { resources, subjects, ...parts }: PolicyParts,
): AccessPolicySettings {
  return {
    namespace: 'default',
    name,
    generation: 1,
    targets: [{ kind: 'LLMGateway', key: 'default/default' }],
    action: 'Deny',
    mode: 'Enforce',
    ...parts,
    subjects: {
      groups: [],
      notGroups: [],
      consumers: [],
      serviceAccounts: [],
      claims: [],
      cel: '',
      ...subjects,
    },
    resources: {
      models: [],
      providers: [],
      promptTemplates: [],
      personas: [],
      tools: [],
      features: [],
      ...resources,
    },
  }
}
