import type { Persona } from '@fairlead/api'
import { contentHash } from './canonical-json.ts'
import type { Findings } from './findings.ts'
import { frozenCopy } from './freeze.ts'
import { identityOf } from './resource-key.ts'
import type { PersonaSettings } from '@fairlead/snapshot'

/** The hash covers what a model can see, not the resource's name or generation. */
export function compilePersona(persona: Persona, findings: Findings): PersonaSettings {
  const { instructions, variables, tools, settings } = persona.spec
  const visible = {
    instructions,
    variables: Object.entries(variables ?? {}).map(([name, variable]) => ({
      name,
      default: variable.default,
      // Conversation is what a variable without `from` does anyway
      from: variable.from === 'Clock' ? ('Clock' as const) : undefined,
    })),
    tools: (tools ?? []).map((tool) => ({
      name: tool.name,
      description: tool.description,
      parameters: frozenCopy(tool.parameters),
    })),
    temperature: findings.decimal(settings?.temperature, 'spec.settings.temperature'),
    maxOutputTokens: settings?.maxOutputTokens,
  }
  return { ...identityOf(persona), ...visible, hash: contentHash(visible) }
}
