import { Persona } from '@fairlead/api'
import { templateVariables } from '@fairlead/base'
import type { PersonaSettings } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'
import type { KindCompiler } from '../../judging/kind-compiler.ts'
import { settingsByKey } from '../../judging/settings-by-key.ts'
import { unsupportedSampling } from '../../judging/unsupported-sampling.ts'
import { contentHash } from '../../values/content-hash.ts'
import { frozenCopy } from '../../values/freeze.ts'
import { identityOf } from '../../values/resource-key.ts'

export const persona: KindCompiler<Persona, PersonaSettings> = {
  type: Persona,
  references: [],
  compile: compilePersona,
  unsupportedFields: () => [
    ...unsupportedSampling('spec.settings'),
    {
      path: 'spec.variables[].from',
      unless: ['Clock', 'Conversation'],
      instead: "the conversation's variable or the default is used",
    },
    { path: 'spec.tools[].strict' },
  ],
  contribute: (members) => ({ personas: settingsByKey(members) }),
}

/** The hash covers what a model can see, not the resource's name or generation. */
function compilePersona(resource: Persona, findings: Findings): PersonaSettings {
  noticeUndeclaredVariables(resource, findings)
  const { instructions, variables, tools, settings } = resource.spec
  const visible = {
    instructions,
    variables: variables.map((variable) => ({
      name: variable.name,
      default: variable.default,
      // Conversation is what a variable without `from` does anyway
      from: variable.from === 'Clock' ? ('Clock' as const) : undefined,
    })),
    tools: tools.map((tool) => ({
      name: tool.name,
      description: tool.description,
      parameters: frozenCopy(tool.parameters),
    })),
    temperature: settings?.temperature,
    maxOutputTokens: settings?.maxOutputTokens,
  }
  return { ...identityOf(resource), ...visible, hash: contentHash(visible) }
}

/** Conversations may set variables that a persona does not declare; most often it is a wrong name. */
function noticeUndeclaredVariables({ spec }: Persona, findings: Findings): void {
  const declared = new Set(spec.variables.map(({ name }) => name))
  for (const name of new Set(templateVariables(spec.instructions))) {
    if (declared.has(name)) continue
    findings.notices.push({
      reason: 'VariableNotDeclared',
      message:
        `spec.instructions has {{${name}}}, which spec.variables does not declare: it is empty ` +
        'wherever a conversation does not set it; correct the name, or declare it',
    })
  }
}
