import { arrayOrEmpty, isJsonObject, type JsonObject, objectOrEmpty } from '@fairlead/base'
import {
  bounded,
  boundedInstructions,
  type PromptOutline,
} from '../../classification/prompt-outline.ts'
import { bothSpellings, camelCase, otherFields, snakeCase } from './spelling.ts'

const declarationsField = bothSpellings(['functionDeclarations'])

/** The value of a field in either spelling; the first one, where both stand. */
const either = (object: JsonObject, name: string): unknown =>
  object[name] ?? object[snakeCase(name)]

/** Google reads an object as a list of one, and so do its own examples write it. */
function listed(value: unknown): readonly JsonObject[] {
  return isJsonObject(value) ? [value] : arrayOrEmpty(value).filter(isJsonObject)
}

/** The parts of a content; none for what is no content. Never throws. */
export function partsOf(content: unknown): readonly JsonObject[] {
  return listed(objectOrEmpty(content)['parts'])
}

/** The texts of a content without its thoughts. Never throws. */
export function contentTexts(content: unknown): readonly string[] {
  if (typeof content === 'string') return [content]
  return partsOf(content).flatMap(({ text, thought }) =>
    typeof text === 'string' && thought !== true ? [text] : [],
  )
}

/** The declared functions. Never throws. */
export function functionsOf({ tools }: JsonObject): readonly JsonObject[] {
  return listed(tools).flatMap((tool) =>
    [tool['functionDeclarations'], tool['function_declarations']].flatMap(listed),
  )
}

/** The names of functions, and of the tools that Google itself runs, such as `googleSearch`. */
function toolNames(body: JsonObject): readonly string[] {
  const own = listed(body['tools']).flatMap((tool) =>
    Object.keys(otherFields(tool, declarationsField)),
  )
  const declared = functionsOf(body).flatMap(({ name }) => (typeof name === 'string' ? [name] : []))
  return [...declared, ...own.map(camelCase)]
}

/** What routing may look at. Never throws. */
export function outline(body: JsonObject): PromptOutline {
  const contents = arrayOrEmpty(body['contents'])
  return {
    system: boundedInstructions(contentTexts(either(body, 'systemInstruction'))),
    user: lastUserText(contents),
    tools: toolNames(body),
    hasImages: contents.some((content) => partsOf(content).some(isImage)),
  }
}

function lastUserText(contents: readonly unknown[]): string {
  const texts: string[] = []
  for (let index = contents.length - 1; index >= 0; index -= 1) {
    const content = contents[index]
    // What the model said between calls is passed over, until the user is found.
    if (objectOrEmpty(content)['role'] === 'model') {
      if (texts.length > 0) break
      continue
    }
    const text = bounded(contentTexts(content))
    if (text !== '') texts.push(text)
  }
  return bounded(texts.toReversed())
}

function isImage(part: JsonObject): boolean {
  const media = objectOrEmpty(either(part, 'inlineData') ?? either(part, 'fileData'))
  const type = either(media, 'mimeType')
  return typeof type === 'string' && type.startsWith('image/')
}

/** The beginning of the prompt: tools, instructions, and the first content. Never throws. */
export function promptPrefix(body: JsonObject, lengthMax: number): string {
  const [first] = arrayOrEmpty(body['contents'])
  let text = ''
  for (const { name } of functionsOf(body)) {
    if (text.length >= lengthMax) break
    text += `${typeof name === 'string' ? name.slice(0, lengthMax) : ''}\n`
  }
  for (const content of [either(body, 'systemInstruction'), first]) {
    for (const part of contentTexts(content)) {
      if (text.length >= lengthMax) return text.slice(0, lengthMax)
      text += part.slice(0, lengthMax)
    }
    text += '\n'
  }
  return text.slice(0, lengthMax)
}
