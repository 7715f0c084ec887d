import { carriedFields, defineResource, type VersionConversion } from '@fairlead/kube-core'
import { formerVersion, group } from '../group.ts'
import { type Persona, personaDeclaration, personaFields, variableSource } from '../persona.ts'
import { object, record, typed } from '../schema/fields.ts'
import { deprecationOf } from './deprecated.ts'
import { lacksField } from './lacks-field.ts'

const spec = object('Who the model is: instructions, variables, tools and settings.', {
  ...personaFields,
  variables: record(
    'Variables of the instructions, by name. Defaults to none.',
    object('Source of the value of a variable.', variableSource),
    { max: 64, default: {} },
  ),
})

/** A Persona whose variables are a map. */
export const FormerPersona = defineResource({
  ...personaDeclaration,
  version: formerVersion,
  deprecated: deprecationOf(personaDeclaration.kind),
  spec: typed(spec),
})

type Former = NonNullable<typeof FormerPersona._object>
type Current = NonNullable<typeof Persona._object>

/** A map has no order: that of a list is carried, unless the names are sorted. */
const order = carriedFields<{ readonly variables?: readonly string[] }>(
  `${group}/persona-variables`,
)

/** Variables by name are a list of named variables. */
export const personaConversion: VersionConversion<Former, Current> = {
  toHub(former) {
    if (lacksField(former, 'variables')) return former as object as Current
    const {
      metadata,
      spec: { variables, ...same },
      ...rest
    } = former
    const { variables: names = [] } = order.read(metadata)
    const place = new Map(names.map((name, index) => [name, index]))
    const placeOf = (name: string) => place.get(name) ?? names.length
    const sorted = Object.keys(variables)
      .toSorted()
      .toSorted((a, b) => placeOf(a) - placeOf(b))
    return {
      ...rest,
      metadata: order.remove(metadata),
      spec: { ...same, variables: sorted.map((name) => ({ name, ...variables[name] })) },
    }
  },
  fromHub(current) {
    if (lacksField(current, 'variables')) return current as object as Former
    const {
      metadata,
      spec: { variables, ...same },
      ...rest
    } = current
    const names = variables.map(({ name }) => name)
    const isSorted = names.every((name, index) => index === 0 || (names[index - 1] ?? '') < name)
    return {
      ...rest,
      metadata: order.write(metadata, isSorted ? {} : { variables: names }),
      spec: {
        ...same,
        variables: Object.fromEntries(variables.map(({ name, ...source }) => [name, source])),
      },
    }
  },
}
