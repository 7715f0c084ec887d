import { readFileSync, writeFileSync } from 'node:fs'
import { itemShapeTable } from '../../packages/llm/src/test-support/item-shape-table.ts'

// npm run generate:item-shapes -- FILE: writes the shapes of the items that a conversation takes, from
// OpenAI's API description as JSON (https://github.com/openai/openai-openapi, under the MIT licence).

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error("name the file of OpenAI's API description")
writeFileSync(
  new URL('../../packages/llm/src/dialects/openai-responses/item-shape-table.ts', import.meta.url),
  itemShapeTable(JSON.parse(readFileSync(file, 'utf8'))),
)
