import { defineResource, type Resource } from '@fairlead/kube-core'
import { Type, type Static } from 'typebox'
import { categories, group, version } from './group.ts'
import { callMatchFields, headerName } from './schema/call-match.ts'
import { ageColumn, conditionColumn, conditions, observedGeneration } from './schema/conditions.ts'
import {
  atomicList,
  choice,
  flag,
  freeObject,
  integer,
  mapList,
  object,
  record,
  setList,
  text,
  typed,
} from './schema/fields.ts'
import { modelName } from './schema/formats.ts'
import { modelSettings } from './schema/model-settings.ts'
import { versionName } from './schema/version-name.ts'

const message = object('A message of the prompt.', {
  role: choice('Role of the author.', ['system', 'developer', 'user', 'assistant']),
  content: text('Text of the message; {{name}} is replaced by the parameter of that name.', {
    max: 131_072,
  }),
})

const responseFormat = object(
  'Format of the answer.',
  {
    type: choice(
      'Text; JSONObject: any JSON object; JSONSchema: a JSON object that matches the schema. Defaults to Text.',
      ['Text', 'JSONObject', 'JSONSchema'],
      { default: 'Text' },
    ),
    jsonSchema: Type.Optional(
      object('The schema, for type JSONSchema.', {
        name: text('Name of the schema, for the provider. Defaults to answer.', {
          min: 1,
          max: 64,
          pattern: '^[a-zA-Z0-9_-]+$',
          default: 'answer',
        }),
        schema: freeObject('JSON Schema (2020-12) of the answer.'),
        strict: flag('Whether the answer must match the schema exactly. Defaults to true.', {
          default: true,
        }),
      }),
    ),
  },
  {
    default: {},
    rules: [
      {
        rule: "(self.type == 'JSONSchema') == has(self.jsonSchema)",
        message: 'jsonSchema goes with type JSONSchema, and JSONSchema needs it',
      },
    ],
  },
)

/** What a published version has beside its name, in all versions of the kind. */
export const promptVersionFields = {
  messages: atomicList('Messages of the prompt.', message, { min: 1, max: 64 }),
  parameters: Type.Optional(
    freeObject(
      'Parameters of the prompt as a JSON Schema (2020-12). Without it, no parameters are accepted.',
    ),
  ),
  model: Type.Optional(
    modelName(
      'Model to use. Defaults to the model of the call, then to the default model of the gateway.',
    ),
  ),
  settings: modelSettings('Sampling settings.'),
  responseFormat,
}

/** What is said of a published version, and holds for it. */
export const published = {
  description: 'A published version. It is immutable; publish another version instead.',
  rules: [
    {
      rule: 'self == oldSelf',
      message: 'a published version never changes: add another version',
      reason: 'FieldValueForbidden',
    },
  ],
} as const

const promptVersion = object(
  published.description,
  {
    name: text('Name of the version, unique within the template.', versionName),
    ...promptVersionFields,
  },
  published,
)

const { groups, consumers, headers } = callMatchFields

const rolloutItem = object('A version that receives calls.', {
  version: text('Name of the version.', versionName),
  cohort: text(
    'Name for the calls of match. It tells items of the same version apart and has no other effect. Defaults to none.',
    { max: 63, pattern: '^([A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?)?$', default: '' },
  ),
  weight: integer('Relative share of the calls. Defaults to 100; 0 receives no calls.', {
    min: 0,
    max: 1_000_000,
    default: 100,
  }),
  match: Type.Optional(
    object(
      'Which calls the share is of. Calls that items with match are for are shared by these alone, all others by the items without. Every given field must match. Defaults to all calls that no other item matches.',
      { groups, consumers, headers },
      {
        rules: [
          {
            rule: 'size(self.groups) + size(self.consumers) + size(self.headers) > 0',
            message: 'match needs groups, consumers or headers; leave it out for all other calls',
          },
        ],
      },
    ),
  ),
})

const sticky = object(
  "Which calls get the same version for as long as the rollout gives it calls. It is computed from what they have in common and the rollout's versions and weights, so that all replicas agree, and a change of weights moves only the calls whose share moves. A call without it goes by its conversation, and without one is drawn by weight.",
  {
    by: choice(
      'What these calls have in common. EndUser: the person for whom the caller acts, by its token, or by safety_identifier, user or metadata.user_id of the body. Defaults to Conversation.',
      ['None', 'Conversation', 'Consumer', 'EndUser', 'Header'],
      { default: 'Conversation' },
    ),
    header: Type.Optional(text('Name of the header, for by: Header.', headerName)),
  },
  {
    default: {},
    rules: [
      {
        rule: "(self.by == 'Header') == has(self.header)",
        message: 'header goes with by: Header, and Header needs it',
      },
    ],
  },
)

/** What is the same in all versions of the kind. */
export const promptTemplateFields = {
  rollout: mapList(
    'Versions that receive calls. Change only this to roll out or roll back. Defaults to the last version in the list.',
    ['version', 'cohort'],
    rolloutItem,
    { max: 16, default: [] },
  ),
  labels: record(
    'Further names of versions, such as production, by which calls can ask for them. A name has letters, digits, -, _ and ., at most 63, and is no version.',
    text('Name of the version.', versionName),
    { max: 16, default: {} },
  ),
  sticky,
  expose: Type.Optional(
    object('Serves the prompt at a path of its own.', {
      path: text('Path on the gateway, for example /summarise.', {
        min: 2,
        max: 256,
        pattern: '^(/[A-Za-z0-9_.~-]+)+$',
      }),
    }),
  ),
}

/** What holds for a rollout, where `key` is the field that names a published version. */
export function rolloutRules(key: string) {
  return [
    {
      rule: `self.rollout.all(r, self.versions.exists(v, v.${key} == r.version))`,
      message: 'rollout names a version that is not in versions',
      fieldPath: '.rollout',
    },
    {
      rule: 'size(self.rollout) == 0 || self.rollout.exists(r, r.weight > 0 && !has(r.match))',
      message: 'at least one version in rollout without match needs a weight above 0',
      fieldPath: '.rollout',
    },
    {
      rule: `self.labels.all(label, self.versions.exists(v, v.${key} == self.labels[label]))`,
      message: 'labels name a version that is not in versions',
      fieldPath: '.labels',
    },
  ]
}

const spec = object(
  'The published versions, and which of them receive calls.',
  {
    versions: mapList('Published versions, oldest first.', ['name'], promptVersion, {
      min: 1,
      max: 64,
    }),
    ...promptTemplateFields,
  },
  { rules: rolloutRules('name') },
)

const status = object('Observed state, written by the operator.', {
  observedGeneration: observedGeneration(),
  conditions: conditions('Accepted, ResolvedRefs and Exposed.'),
  activeVersions: Type.Optional(
    setList('Versions that currently receive calls.', text('Name of a version.', { max: 63 }), {
      max: 16,
    }),
  ),
})

export type PromptTemplateSpec = Static<typeof spec>
export type PromptTemplateStatus = Static<typeof status>
export type PromptVersion = Static<typeof promptVersion>
export type PromptMessage = Static<typeof message>
export type PromptTemplate = Resource<PromptTemplateSpec, PromptTemplateStatus>

/** What the versions of the kind share. */
export const promptTemplateDeclaration = {
  group,
  kind: 'PromptTemplate',
  plural: 'prompttemplates',
  shortNames: ['llmprompt'],
  categories,
  description: 'A named prompt with parameters and published versions, rolled out by weight.',
  status: typed(status),
  printColumns: [
    conditionColumn('Accepted'),
    { name: 'Active', type: 'string', jsonPath: '.status.activeVersions[*]' },
    { name: 'Path', type: 'string', jsonPath: '.spec.expose.path' },
    conditionColumn('Exposed', { priority: 1 }),
    ageColumn,
  ],
} as const

/** A named prompt with published versions. */
export const PromptTemplate = defineResource({
  ...promptTemplateDeclaration,
  version,
  spec: typed(spec),
})
