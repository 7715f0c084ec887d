import { filesMatching, readText } from '../source-tree.ts'
import { SourceTree } from './source-tree.ts'

/** Reads what the rules check: every module, document and manifest of the repository. */
export function readRepository(): SourceTree {
  const read = [
    'packages/*/src/**/*.ts',
    '{tools,bench,soak,test,examples}/**/*.{ts,mjs}',
    '*.ts',
    '**/*.md',
    '**/package.json',
  ].flatMap(filesMatching)
  return new SourceTree(
    Object.fromEntries(read.map((path) => [path, readText(path)])),
    filesMatching('**/*'),
  )
}
