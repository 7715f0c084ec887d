import { readFileSync } from 'node:fs'
import { type PromptType, promptTypes } from '../../packages/llm/src/classification/prompt-type.ts'

export type Band = 'simple' | 'medium' | 'complex'

/** A prompt with the labels that a person gave it. */
export interface Example {
  readonly type: PromptType
  readonly band: Band
  readonly text: string
}

const bands: Readonly<Record<string, Band>> = { s: 'simple', m: 'medium', c: 'complex' }

/** The labelled prompts to learn from, or those that the classifier is judged by. */
export function readExamples(set: 'training' | 'held-out'): readonly Example[] {
  return sections(`${set}.txt`).flatMap(({ name, lines }) =>
    lines.map((line) => ({
      type: typeNamed(name),
      band: bands[line.charAt(0)] ?? 'simple',
      text: line.slice(2).replaceAll('\\n', '\n'),
    })),
  )
}

/** Texts that prompts are about, which say nothing about what is asked. */
export function readDocuments(set: 'training' | 'held-out'): readonly string[] {
  return sections('documents.txt').find(({ name }) => name === set)?.lines ?? []
}

/** The types whose prompts often come with a text to work on. */
export const typesWithDocument: readonly PromptType[] = [
  'Summarization',
  'Extraction',
  'Translation',
  'Classification',
  'Rewriting',
]

function sections(file: string): readonly { name: string; lines: string[] }[] {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8')
  const all: { name: string; lines: string[] }[] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('== ')) all.push({ name: line.slice(3), lines: [] })
    else if (line !== '') all.at(-1)?.lines.push(line)
  }
  return all
}

function typeNamed(name: string): PromptType {
  const type = promptTypes.find((one) => one === name)
  if (type === undefined) throw new Error(`there is no type ${name}`)
  return type
}
