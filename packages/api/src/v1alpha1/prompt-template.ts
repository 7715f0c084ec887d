import { defineResource, type VersionConversion } from '@fairlead/kube-core'
import { formerVersion } from '../group.ts'
import {
  type PromptTemplate,
  promptTemplateDeclaration,
  promptTemplateFields,
  promptVersionFields,
  published,
  rolloutRules,
} from '../prompt-template.ts'
import { mapList, object, text, typed } from '../schema/fields.ts'
import { versionName } from '../schema/version-name.ts'
import { deprecationOf } from './deprecated.ts'
import { lacksField } from './lacks-field.ts'

const promptVersion = object(
  published.description,
  {
    version: text('Name of the version, unique within the template.', versionName),
    ...promptVersionFields,
  },
  published,
)

const spec = object(
  'The published versions, and which of them receive calls.',
  {
    versions: mapList('Published versions, oldest first.', ['version'], promptVersion, {
      min: 1,
      max: 64,
    }),
    ...promptTemplateFields,
  },
  { rules: rolloutRules('version') },
)

/** A PromptTemplate whose versions are named by `version`. */
export const FormerPromptTemplate = defineResource({
  ...promptTemplateDeclaration,
  version: formerVersion,
  deprecated: deprecationOf(promptTemplateDeclaration.kind),
  spec: typed(spec),
})

type Former = NonNullable<typeof FormerPromptTemplate._object>

/** `version` of a published version is `name`. */
export const promptTemplateConversion: VersionConversion<Former, PromptTemplate> = {
  toHub(former) {
    if (lacksField(former, 'versions')) return former as object as PromptTemplate
    const { versions, ...same } = former.spec
    const named = versions.map(({ version: name, ...more }) => ({ name, ...more }))
    return { ...former, spec: { ...same, versions: named } }
  },
  fromHub(current) {
    if (lacksField(current, 'versions')) return current as object as Former
    const { versions, ...same } = current.spec
    const named = versions.map(({ name: version, ...more }) => ({ version, ...more }))
    return { ...current, spec: { ...same, versions: named } }
  },
}
