import { Document, isCollection, visit } from 'yaml'
import { listStep, mapStep, type SchemaObject, valuesAt } from './schema-object.ts'

/** Longest line of an example, in characters. */
const lineMax = 90

/** The fewest values of an object among the manifests that together have all its fields that any has. */
export function examplesOf(
  { schema, steps }: SchemaObject,
  manifests: readonly unknown[],
): readonly object[] {
  const values = manifests
    .flatMap((manifest) => valuesAt(manifest, steps))
    .filter((value) => typeof value === 'object' && value !== null)
  const missing = new Set(Object.keys(schema.properties))
  const examples: object[] = []
  const gain = (value: object) => Object.keys(value).filter((name) => missing.has(name)).length
  for (;;) {
    const best = values.reduce<object | undefined>(
      (found, value) => (gain(value) > (found === undefined ? 0 : gain(found)) ? value : found),
      undefined,
    )
    if (best === undefined) return examples
    for (const name of Object.keys(best)) missing.delete(name)
    examples.push(best)
  }
}

/** Fields that no example has. */
export function fieldsWithoutExample(
  object: SchemaObject,
  manifests: readonly unknown[],
): readonly string[] {
  const shown = new Set(examplesOf(object, manifests).flatMap((example) => Object.keys(example)))
  return Object.keys(object.schema.properties).filter((name) => !shown.has(name))
}

/** YAML of an example under the last field that leads to it. */
export function exampleText({ steps }: SchemaObject, example: object): string {
  const last = steps.findLastIndex((step) => step !== listStep && step !== mapStep)
  const value = steps
    .slice(last)
    .reduceRight<unknown>((inner, step) => wrapped(step, inner), example)
  const document = new Document(value, { aliasDuplicateObjects: false, compat: 'yaml-1.1' })
  visit(document, (_, node, path) => {
    if (!isCollection(node)) return
    const isShort = String(new Document(node.toJSON(), { aliasDuplicateObjects: false })).length
    const depth = path.length
    if (depth > 3 && isShort <= lineMax - 10) node.flow = true
  })
  return document.toString({ lineWidth: lineMax, flowCollectionPadding: true }).trimEnd()
}

function wrapped(step: string, inner: unknown): unknown {
  if (step === listStep) return [inner]
  return { [step === mapStep ? 'example' : step]: inner }
}
