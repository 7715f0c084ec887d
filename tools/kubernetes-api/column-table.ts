import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { goModule } from './go-module.ts'
import { readGoPackage } from './go-structs.ts'

/** Name, type, format, priority, and where the description stands among the texts. */
type ColumnRow = readonly [
  name: string,
  type: string,
  format: string,
  priority: number,
  text: number,
]

interface ColumnTable {
  readonly texts: readonly string[]
  /** By kind; `` is what kinds without columns of their own have. */
  readonly kinds: Readonly<Record<string, readonly ColumnRow[]>>
}

const defaults = `[]metav1.TableColumnDefinition{
  {Name: "Name", Type: "string", Format: "name", Description: metav1.ObjectMeta{}.SwaggerDoc()["name"]},
  {Name: "Created At", Type: "date", Description: metav1.ObjectMeta{}.SwaggerDoc()["creationTimestamp"]},
}`

/**
 * The columns in which `kubectl get` shows built-in kinds: of the printers of Kubernetes (Apache-2.0,
 * The Kubernetes Authors), and of its default (rest.NewDefaultTableConvertor).
 */
export function columnTable(version: string): ColumnTable {
  const printers = readFileSync(
    join(goModule('k8s.io/kubernetes', version.replace('v0', 'v1')), printersPath),
    'utf8',
  )
  const { imports } = readGoPackage([printers])
  const texts: string[] = []
  const read = (block: string): ColumnRow[] =>
    [...block.matchAll(/\{(Name: .*)\},?$/gm)].map(([, row = '']): ColumnRow => {
      const text = descriptionOf(row, imports, version)
      if (!texts.includes(text)) texts.push(text)
      const priority = Number(/Priority: (\d+)/.exec(row)?.[1] ?? 0)
      const [name, type, format] = ['Name', 'Type', 'Format'].map((field) => quoted(row, field))
      return [name ?? '', type ?? '', format ?? '', priority, texts.indexOf(text)]
    })
  const kinds: Record<string, readonly ColumnRow[]> = { '': read(defaults) }
  for (const [, variable = '', block = ''] of printers.matchAll(
    /^\t(\w+) :?= \[\]metav1\.TableColumnDefinition\{\n([\s\S]*?)^\t\}/gm,
  )) {
    const added = [...printers.matchAll(appendedTo(variable))].map(([, more = '']) => more)
    const columns = [block, ...added].flatMap(read)
    for (const [, printer] of printers.matchAll(
      new RegExp(String.raw`TableHandler\(${variable}, (\w+)\)`, 'g'),
    )) {
      const kind = new RegExp(String.raw`^func ${printer}\(\w+ \*\w+\.(\w+)`, 'm').exec(printers)
      if (kind?.[1] !== undefined && !kind[1].endsWith('List')) kinds[kind[1]] = columns
    }
  }
  return { texts, kinds }
}

function appendedTo(variable: string): RegExp {
  const start = String.raw`^\t${variable} = append\(${variable}, \[\]metav1\.TableColumnDefinition`
  return new RegExp(String.raw`${start}\{\n([\s\S]*?)^\t\}`, 'gm')
}

const printersPath = 'pkg/printers/internalversion/printers.go'

function quoted(row: string, field: string): string {
  return new RegExp(String.raw`\b${field}: "([^"]*)"`).exec(row)?.[1] ?? ''
}

/** A text, or that of a field of a type, as its package documents it. */
function descriptionOf(row: string, imports: ReadonlyMap<string, string>, version: string): string {
  const documented = /Description: (\w+)\.(\w+)\{\}(?:\.(\w+))?\.SwaggerDoc\(\)\["(\w+)"\]/.exec(
    row,
  )
  if (documented === null) return quoted(row, 'Description')
  const [, alias = '', owner = '', member, field = ''] = documented
  const path = imports.get(alias) ?? ''
  const module = path.split('/').slice(0, 2).join('/')
  const folder = join(goModule(module, version), path.slice(module.length))
  const type = member === undefined ? owner : typeOfMember(folder, owner, member)
  const text = readFileSync(join(folder, 'types_swagger_doc_generated.go'), 'utf8')
  const [, fields = ''] =
    new RegExp(String.raw`^var map_${type} = map\[string\]string\{\n([\s\S]*?)^\}`, 'm').exec(
      text,
    ) ?? []
  const [, literal] =
    new RegExp(String.raw`^\t"${field}":\s+("(?:[^"\\]|\\.)*")`, 'm').exec(fields) ?? []
  return literal === undefined ? '' : (JSON.parse(literal) as string)
}

/** The type of a field, which is one of the same package. */
function typeOfMember(folder: string, owner: string, member: string): string {
  const types = readFileSync(join(folder, 'types.go'), 'utf8')
  const [, fields = ''] =
    new RegExp(String.raw`^type ${owner} struct \{\n([\s\S]*?)^\}`, 'm').exec(types) ?? []
  return new RegExp(String.raw`^\t${member}\s+(\w+)`, 'm').exec(fields)?.[1] ?? ''
}
