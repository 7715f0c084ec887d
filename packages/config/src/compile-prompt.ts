import type { PromptTemplate } from '@fairlead/api'
import type { Findings } from './findings.ts'
import { frozenCopy } from './freeze.ts'
import { frozenMap } from './frozen-map.ts'
import { parameterSchemaError } from './parameter-schema.ts'
import { templateVariables } from '@fairlead/base'
import { identityOf } from './resource-key.ts'
import type { PromptTemplateSettings, PromptVersion } from '@fairlead/snapshot'

type VersionSpec = PromptTemplate['spec']['versions'][number]

/** A prompt without its path: which template gets a path is decided per gateway. */
export type UnexposedPrompt = Omit<PromptTemplateSettings, 'path'>

export function compilePrompt(template: PromptTemplate, findings: Findings): UnexposedPrompt {
  const versions = template.spec.versions.map((version, index) =>
    compileVersion(version, `spec.versions[${index}]`, findings),
  )
  return {
    ...identityOf(template),
    versions: frozenMap(versions.map((version) => [version.version, version])),
    rollout: compileRollout(template, findings),
  }
}

/** The shares with a weight; without a rollout the newest version, the last one of the list. */
function compileRollout(
  template: PromptTemplate,
  findings: Findings,
): PromptTemplateSettings['rollout'] {
  const { versions, rollout } = template.spec
  const newest = versions.at(-1)
  if (!rollout?.length) return newest ? [{ version: newest.version, weight: 100 }] : []
  for (const [index, share] of rollout.entries()) {
    if (versions.some(({ version }) => version === share.version)) continue
    const known = versions.map(({ version }) => JSON.stringify(version)).join(', ')
    findings.reject(
      `spec.rollout[${index}].version: there is no version ${JSON.stringify(share.version)}; ` +
        `spec.versions has ${known}`,
    )
  }
  const active = rollout
    .map(({ version, weight }) => ({ version, weight: weight ?? 100 }))
    .filter(({ weight }) => weight > 0)
  if (active.length === 0) {
    findings.reject('spec.rollout: at least one version needs a weight above 0')
  }
  return active
}

function compileVersion(spec: VersionSpec, path: string, findings: Findings): PromptVersion {
  checkParameters(spec, path, findings)
  checkPlaceholders(spec, path, findings)
  return {
    version: spec.version,
    messages: spec.messages.map(({ role, content }) => ({ role, content })),
    parameters: frozenCopy(spec.parameters),
    model: spec.model,
    temperature: findings.decimal(spec.settings?.temperature, `${path}.settings.temperature`),
    maxOutputTokens: spec.settings?.maxOutputTokens,
    responseFormat: compileResponseFormat(spec, path, findings),
  }
}

function checkParameters(spec: VersionSpec, path: string, findings: Findings): void {
  if (spec.parameters === undefined) return
  const problem = parameterSchemaError(spec.parameters)
  if (problem !== undefined) {
    findings.reject(`${path}.parameters: not a usable JSON Schema 2020-12: ${problem}`)
  }
}

function checkPlaceholders(spec: VersionSpec, path: string, findings: Findings): void {
  const properties = spec.parameters?.properties
  const declared =
    typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
  for (const [index, message] of spec.messages.entries()) {
    for (const placeholder of templateVariables(message.content)) {
      if (declared.includes(placeholder)) continue
      findings.reject(
        `${path}.messages[${index}].content: {{${placeholder}}} is not declared in ` +
          `${path}.parameters.properties`,
      )
    }
  }
}

function compileResponseFormat(
  spec: VersionSpec,
  path: string,
  findings: Findings,
): PromptVersion['responseFormat'] {
  const format = spec.responseFormat
  switch (format?.type ?? 'Text') {
    case 'Text':
      return { type: 'Text' }
    case 'JSONObject':
      return { type: 'JSONObject' }
    case 'JSONSchema': {
      const schema = format?.jsonSchema?.schema
      if (schema === undefined) {
        findings.reject(`${path}.responseFormat.jsonSchema.schema: required for type JSONSchema`)
      }
      return {
        type: 'JSONSchema',
        name: format?.jsonSchema?.name ?? 'answer',
        schema: frozenCopy(schema ?? {}),
      }
    }
  }
}
