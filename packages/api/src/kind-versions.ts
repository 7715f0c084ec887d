import {
  type ConvertibleKind,
  type CustomResourceDefinitionObject,
  deepFreeze,
  type DefinedResource,
  defineVersions,
  type TypedObject,
} from '@fairlead/kube-core'
import { Consumer } from './consumer.ts'
import { formerVersion } from './group.ts'
import { kinds } from './kinds.ts'
import { Persona } from './persona.ts'
import { PromptTemplate } from './prompt-template.ts'
import { consumerConversion, FormerConsumer } from './v1alpha1/consumer.ts'
import { deprecationOf } from './v1alpha1/deprecated.ts'
import { FormerPersona, personaConversion } from './v1alpha1/persona.ts'
import { FormerPromptTemplate, promptTemplateConversion } from './v1alpha1/prompt-template.ts'

/** A kind in all its versions, with the definition that has them all. */
export interface KindVersions extends ConvertibleKind {
  readonly crd: CustomResourceDefinitionObject
}

const storage = 'v1beta1'

/** The kinds whose versions have different fields. */
const differing: readonly KindVersions[] = [
  defineVersions(
    { v1alpha1: FormerPromptTemplate, v1beta1: PromptTemplate },
    { storage, convert: { v1alpha1: promptTemplateConversion } },
  ),
  defineVersions(
    { v1alpha1: FormerPersona, v1beta1: Persona },
    { storage, convert: { v1alpha1: personaConversion } },
  ),
  defineVersions(
    { v1alpha1: FormerConsumer, v1beta1: Consumer },
    { storage, convert: { v1alpha1: consumerConversion } },
  ),
]

/** All our kinds in all versions that are served, in the order of `kinds`. */
export const kindVersions: readonly KindVersions[] = kinds.map(
  (type) => differing.find(({ kind }) => kind === type.kind) ?? sameInBoth(type),
)

function sameInBoth(type: DefinedResource<TypedObject>): KindVersions {
  return defineVersions(
    { v1alpha1: formerOf(type), v1beta1: type },
    { storage, convert: { v1alpha1: 'none' } },
  )
}

/** A kind as v1alpha1 has it, if the fields are the same. */
function formerOf(type: DefinedResource<TypedObject>): DefinedResource<TypedObject> {
  const { warning: deprecationWarning } = deprecationOf(type.kind)
  const versions = type.crd.spec.versions.map((each) => ({
    ...each,
    name: formerVersion,
    deprecated: true,
    deprecationWarning,
  }))
  const crd = { ...type.crd, spec: { ...type.crd.spec, versions } }
  return deepFreeze({ ...type, version: formerVersion, crd })
}
