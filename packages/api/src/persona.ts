import { defineResource, type Resource } from '@fairlead/kube-core'
import { Type, type Static } from 'typebox'
import { categories, group, version } from './group.ts'
import { ageColumn, conditionColumn, conditions, observedGeneration } from './schema/conditions.ts'
import { choice, mapList, object, text, typed } from './schema/fields.ts'
import { modelSettings } from './schema/model-settings.ts'
import { toolList } from './schema/tool.ts'

/** Where a variable gets its value. */
export const variableSource = {
  default: Type.Optional(text('Value if no other source provides one.', { max: 8192 })),
  from: Type.Optional(
    choice(
      "Clock: the current date; Conversation: the conversation's variable of the same name; Consumer: the name of the caller. If omitted: the conversation's variable, otherwise the default.",
      ['Clock', 'Conversation', 'Consumer'],
    ),
  ),
}

const variable = object('A variable of the instructions, and the source of its value.', {
  name: text('Name of the variable, unique within the persona.', { min: 1, max: 253 }),
  ...variableSource,
})

/** What is the same in all versions. */
export const personaFields = {
  instructions: text(
    'Instructions for the model; {{name}} is replaced by the variable of that name.',
    {
      min: 1,
      max: 131_072,
    },
  ),
  tools: toolList('Tool definitions offered in every turn. Defaults to none.'),
  settings: modelSettings('Sampling settings.'),
}

const spec = object('Who the model is: instructions, variables, tools and settings.', {
  ...personaFields,
  variables: mapList('Variables of the instructions. Defaults to none.', ['name'], variable, {
    max: 64,
    default: [],
  }),
})

const status = object('Observed state, written by the operator.', {
  observedGeneration: observedGeneration(),
  conditions: conditions('Accepted and ResolvedRefs.'),
})

export type PersonaSpec = Static<typeof spec>
export type PersonaStatus = Static<typeof status>
export type PersonaVariable = Static<typeof variable>
export type Persona = Resource<PersonaSpec, PersonaStatus>

/** What the versions of the kind share. */
export const personaDeclaration = {
  group,
  kind: 'Persona',
  plural: 'personas',
  shortNames: ['llmpersona'],
  categories,
  description: 'Who the model is in a conversation: instructions, variables, tools and settings.',
  status: typed(status),
  printColumns: [
    conditionColumn('Accepted'),
    { name: 'Tools', type: 'string', jsonPath: '.spec.tools[*].name' },
    { name: 'Instructions', type: 'string', jsonPath: '.spec.instructions', priority: 1 },
    ageColumn,
  ],
} as const

/** Who the model is in a conversation. */
export const Persona = defineResource({ ...personaDeclaration, version, spec: typed(spec) })
