import { PromptTemplate } from '@fairlead/api'
import { templateVariables } from '@fairlead/base'
import type {
  CohortMatch,
  PromptStickiness,
  PromptTemplateSettings,
  PromptVersion,
} from '@fairlead/snapshot'
import { listed, type PlannedCondition } from '../../judging/conditions.ts'
import type { Findings } from '../../judging/findings.ts'
import type { Judged } from '../../judging/judged.ts'
import type { KindCompiler, Outcome } from '../../judging/kind-compiler.ts'
import { qualified } from '../../judging/policy-match.ts'
import { settingsByKey } from '../../judging/settings-by-key.ts'
import { unsupportedSampling } from '../../judging/unsupported-sampling.ts'
import { frozenCopy } from '../../values/freeze.ts'
import { frozenMap } from '../../values/frozen-map.ts'
import { identityOf, namespaceOf } from '../../values/resource-key.ts'
import { ParameterSchemas } from '../../judging/parameter-schemas.ts'

type Versions = PromptTemplate['spec']['versions']
type VersionSpec = Versions[number]
type CohortSpec = NonNullable<PromptTemplate['spec']['rollout'][number]['match']>

/** First segments of paths that are kept for APIs to come, so that none takes a template's path. */
const keptSegments: readonly string[] = ['v1beta', 'mcp']

const schemas = new ParameterSchemas()

/** A template that loses its path is served without it. */
export const promptTemplate: KindCompiler<PromptTemplate, PromptTemplateSettings> = {
  type: PromptTemplate,
  references: [],
  conditionTypes: [
    {
      type: 'Exposed',
      reasons: { True: ['Exposed'], False: ['NotRequested', 'PathConflict', 'Invalid'] },
    },
  ],
  compile: (template, findings) => ({
    ...identityOf(template),
    versions: frozenMap(
      template.spec.versions.map((version, index) => [
        version.name,
        compileVersion(version, `spec.versions[${index}]`, findings),
      ]),
    ),
    labels: compileLabels(template, findings),
    rollout: compileRollout(template, findings),
    sticky: compileSticky(template),
    path: requestedPath(template),
  }),
  unsupportedFields: () => [
    ...unsupportedSampling('spec.versions[].settings'),
    { path: 'spec.versions[].responseFormat.jsonSchema.strict', unless: [true] },
  ],
  conditions: (judged, outcome) => [exposedCondition(judged, outcome)],
  statusFields: ({ settings }) => ({
    activeVersions: settings ? [...new Set(settings.rollout.map(({ version }) => version))] : [],
  }),
  claims: {
    of: ({ path }) => (path === undefined ? [] : [{ subject: path, name: path }]),
    without: (settings) => ({ ...settings, path: undefined }),
    reserved: (path, { ownSegments }) => {
      const segment = path.split('/')[1] ?? ''
      if (![...ownSegments, ...keptSegments].includes(segment)) return undefined
      return `the gateway itself serves paths below /${segment}`
    },
    describeLoss: ({ name }, winner) =>
      `${name} belongs to ${winner}: choose another spec.expose.path, or change it there`,
    refuses: false,
  },
  contribute: (members) => ({ promptTemplates: settingsByKey(members) }),
}

/** The extra path that a template asks for, without a trailing slash. */
function requestedPath({ spec }: PromptTemplate): string | undefined {
  return spec.expose?.path.replace(/\/+$/, '') || undefined
}

/** The shares with a weight; without a rollout the newest version, the last one in the list. */
function compileRollout(
  template: PromptTemplate,
  findings: Findings,
): PromptTemplateSettings['rollout'] {
  const { versions, rollout } = template.spec
  if (rollout.length === 0) {
    return versions
      .slice(-1)
      .map(({ name }) => ({ version: name, cohort: '', weight: 100, match: undefined }))
  }
  for (const [index, share] of rollout.entries()) {
    checkVersion(share.version, `spec.rollout[${index}].version`, versions, findings)
  }
  const active = rollout
    .filter(({ weight }) => weight > 0)
    .map(({ version, cohort, weight, match }) => ({
      version,
      cohort,
      weight,
      match: match && compileCohort(match, namespaceOf(template)),
    }))
  if (!active.some(({ match }) => match === undefined)) {
    findings.reject('spec.rollout: at least one version without match needs a weight above 0')
  }
  return active
}

function compileCohort(match: CohortSpec, namespace: string): CohortMatch {
  return {
    groups: match.groups,
    consumers: qualified(match.consumers, namespace),
    headers: match.headers.map(({ name, value }) => ({ name: name.toLowerCase(), value })),
  }
}

/** What the names of versions are like too, by which their schema cannot bind the keys of a map. */
const labelPattern = /^(?=.{1,63}$)[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?$/

function compileLabels(
  { spec: { labels, versions } }: PromptTemplate,
  findings: Findings,
): PromptTemplateSettings['labels'] {
  for (const [label, version] of Object.entries(labels)) {
    const shown = JSON.stringify(label.slice(0, 63))
    if (!labelPattern.test(label)) {
      findings.reject(
        `spec.labels: ${shown} cannot be a label: use at most 63 letters, digits, -, _ and ., ` +
          'with a letter or digit first and last',
      )
    }
    if (versions.some(({ name }) => name === label)) {
      findings.reject(`spec.labels: ${shown} is the name of a version: choose another label`)
    }
    checkVersion(version, `spec.labels[${shown}]`, versions, findings)
  }
  return frozenMap(Object.entries(labels))
}

function checkVersion(version: string, path: string, versions: Versions, findings: Findings): void {
  if (versions.some(({ name }) => name === version)) return
  const known = versions.map(({ name }) => JSON.stringify(name)).join(', ')
  findings.reject(
    `${path}: there is no version ${JSON.stringify(version)}; spec.versions has ${known}`,
  )
}

function compileSticky({ spec: { sticky } }: PromptTemplate): PromptStickiness {
  if (sticky.by !== 'Header') return { by: sticky.by }
  return { by: 'Header', header: sticky.header?.toLowerCase() ?? '' }
}

function compileVersion(spec: VersionSpec, path: string, findings: Findings): PromptVersion {
  checkParameters(spec, path, findings)
  checkPlaceholders(spec, path, findings)
  return {
    version: spec.name,
    messages: spec.messages.map(({ role, content }) => ({ role, content })),
    parameters: frozenCopy(spec.parameters),
    model: spec.model,
    temperature: spec.settings?.temperature,
    maxOutputTokens: spec.settings?.maxOutputTokens,
    responseFormat: compileResponseFormat(spec, path, findings),
  }
}

function checkParameters({ parameters }: VersionSpec, path: string, findings: Findings): void {
  const problem = parameters && schemas.errorOf(parameters)
  if (problem !== undefined) {
    findings.reject(`${path}.parameters: not a usable JSON Schema 2020-12: ${problem}`)
  }
}

function checkPlaceholders(spec: VersionSpec, path: string, findings: Findings): void {
  const properties = spec.parameters?.['properties']
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
  { responseFormat: { type, jsonSchema } }: VersionSpec,
  path: string,
  findings: Findings,
): PromptVersion['responseFormat'] {
  if (type !== 'JSONSchema') return { type }
  if (jsonSchema === undefined) {
    findings.reject(`${path}.responseFormat.jsonSchema: required for type JSONSchema`)
    return { type: 'JSONObject' }
  }
  return { type, name: jsonSchema.name, schema: frozenCopy(jsonSchema.schema) }
}

function exposedCondition(
  { resource, settings }: Judged<PromptTemplate, PromptTemplateSettings>,
  { conflicts, refusal }: Pick<Outcome, 'conflicts' | 'refusal'>,
): PlannedCondition {
  const type = 'Exposed'
  const path = requestedPath(resource)
  if (path === undefined) {
    const message = 'No path is requested (spec.expose.path)'
    return { type, status: 'False', reason: 'NotRequested', message }
  }
  if (settings === undefined || refusal !== undefined) {
    const message = 'The template is not accepted; see Accepted'
    return { type, status: 'False', reason: 'Invalid', message }
  }
  if (conflicts.length > 0) {
    return { type, status: 'False', reason: 'PathConflict', message: listed(conflicts) }
  }
  return { type, status: 'True', reason: 'Exposed', message: `Served at ${path}` }
}
