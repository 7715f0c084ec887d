import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'

import { publishedDocuments } from '../kubernetes-api/published-documents.ts'
import { addressedKinds, type AddressedKind, type Document } from './addressed-kinds.ts'
import { indexModule } from './index-module.ts'
import { nullableTimes, type TypeTable } from './nullable-times.ts'
import { reachableFrom } from './reachable.ts'
import { writtenType } from './scalar-types.ts'
import type { Schema } from './schema.ts'
import { schemaName } from './schema-name.ts'
import { header, TypeModule } from './type-module.ts'

// npm run generate:kube-types -- DIRECTORY: writes the types of `packages/kube-types` from the
// documents that an API server publishes under /openapi/v3, as files in DIRECTORY. The same
// documents give the same files.

const [directory] = process.argv.slice(2)
if (directory === undefined) throw new Error('name the directory of the published documents')
const root = fileURLToPath(new URL('../..', import.meta.url))
const target = join(root, 'packages/kube-types/src')
const typeTable = join(root, 'packages/apiserver/src/api-types/types.json')

const schemas = new Map<string, Schema>()
const kinds = new Map<string, AddressedKind>()
for (const { json } of publishedDocuments(directory)) {
  const document = JSON.parse(json) as Document
  const found = Object.entries(document.components?.schemas ?? {})
  for (const [full, schema] of found) schemas.set(full, schema)
  for (const kind of addressedKinds(document)) {
    const full = found.find(([, schema]) => isSchemaOf(kind, schema))?.[0]
    if (full !== undefined) kinds.set(full, kind)
  }
}
if (kinds.size === 0) throw new Error(`${directory} has no document that describes a kind`)

const nullable = nullableTimes(JSON.parse(readFileSync(typeTable, 'utf8')) as TypeTable)
const modules = new Map<string, TypeModule>()
for (const full of [...reachableFrom(objectTypes(), schemas)].toSorted()) {
  const { module, name } = schemaName(full)
  const schema = schemas.get(full)
  if (schema === undefined || writtenType(name) !== undefined) continue
  const types = modules.get(module) ?? new TypeModule(module, { schemas, kinds, nullable })
  modules.set(module, types)
  types.declare(full, schema)
}
for (const [module, { text }] of modules) await write(`${module}.ts`, text)
await write('index.ts', indexModule(header, [...modules.keys()].toSorted(), kinds))

/** Whole objects: the kinds, and what subresources take; not their lists, nor what all groups share. */
function objectTypes(): string[] {
  return [...schemas]
    .filter(([full, schema]) => {
      const isObject = schema['x-kubernetes-group-version-kind'] !== undefined
      return isObject && !full.endsWith('List') && schemaName(full).module !== 'meta/v1'
    })
    .map(([full]) => full)
}

function isSchemaOf({ group, version, kind }: AddressedKind, schema: Schema): boolean {
  return (schema['x-kubernetes-group-version-kind'] ?? []).some(
    (each) => each.group === group && each.version === version && each.kind === kind,
  )
}

async function write(name: string, text: string): Promise<void> {
  const path = join(target, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, await format(text, { ...(await resolveConfig(path)), filepath: path }))
}
