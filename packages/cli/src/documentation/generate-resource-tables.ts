import { readFile, writeFile } from 'node:fs/promises'
import { generatedDocuments } from './generated-documents.ts'
import { withGeneratedParts } from './generated-parts.ts'

/** Writes the tables of documents that are generated from kinds, capabilities and the catalogue. */
for (const [name, parts] of generatedDocuments) {
  const path = new URL(`../../../../docs/${name}`, import.meta.url)
  await writeFile(path, withGeneratedParts(await readFile(path, 'utf8'), parts))
}
