import type { DefinedResource, StructuralSchema, TypedObject } from '@fairlead/kube-core'
import { exampleText, examplesOf } from './field-examples.ts'
import { code, prose, valueText } from './field-text.ts'
import { type SchemaObject, schemaObjects } from './schema-object.ts'

/** What a page about a kind is made from. */
export type DocumentedKind = Pick<
  DefinedResource<TypedObject>,
  'group' | 'kind' | 'plural' | 'schema' | 'version'
> & { readonly shortNames?: readonly string[] | undefined }

/** A page of the reference: what the kind is for, and each of its objects with its fields and YAML. */
export function kindPage(kind: DocumentedKind, manifests: readonly unknown[]): string {
  const { description = '', properties = {} } = kind.schema
  const shortNames = kind.shortNames ?? []
  const names = [kind.plural, ...shortNames].map(code).join(' or ')
  return `${[
    '<!-- Made by npm run generate:kinds; change the kind instead. -->',
    `# ${kind.kind}`,
    prose(description),
    `\`apiVersion: ${kind.group}/${kind.version}\`. kubectl calls it ${names}.`,
    ...objectsOf('spec', properties).map((object) => section(object, manifests)),
    ...objectsOf('status', properties).map((object) => section(object, [])),
  ].join('\n\n')}\n`
}

/** The objects of one part of a kind that have fields of their own. */
export function objectsOf(
  part: 'spec' | 'status',
  properties: Record<string, StructuralSchema>,
): readonly SchemaObject[] {
  const schema = properties[part]
  return schema === undefined ? [] : schemaObjects(schema, [part])
}

function section(object: SchemaObject, manifests: readonly unknown[]): string {
  const { path, schema } = object
  const examples = examplesOf(object, manifests).map(
    (example) => `\`\`\`yaml\n${exampleText(object, example)}\n\`\`\``,
  )
  const required = new Set(schema.required)
  const fields = Object.entries(schema.properties).map(([name, field]) => {
    const value = `${required.has(name) ? 'required, ' : ''}${valueText(field)}`
    return `- **\`${name}\`** (${value})${field.description === undefined ? '' : `: ${prose(field.description)}`}`
  })
  const rules = (schema['x-kubernetes-validations'] ?? []).map(
    ({ message, rule }) => `- ${message === undefined ? code(rule) : prose(message)}`,
  )
  return [
    `## ${code(path)}`,
    ...(schema.description === undefined ? [] : [prose(schema.description)]),
    ...examples,
    fields.join('\n'),
    ...(rules.length === 0 ? [] : [`Also checked:\n\n${rules.join('\n')}`]),
  ].join('\n\n')
}
