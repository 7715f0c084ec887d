import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject } from '@fairlead/base'
import type { ChatMessage, ChatQuestion, QuestionedChat } from './questioned-chat.ts'

/**
 * Reads chats in the form of BEAM: a folder for each, with `chat.json` (batches of turns of messages)
 * and `probing_questions.json` (questions by kind; those whose `source_chat_ids` name messages count).
 */
export function readChats(folder: string): readonly QuestionedChat[] {
  const names = readdirSync(folder).toSorted((one, other) => Number(one) - Number(other))
  return names.map((name) => {
    const read = (file: string): unknown =>
      JSON.parse(readFileSync(join(folder, name, file), 'utf8'))
    const messages = objectsIn(read('chat.json')).filter(isMessage)
    const known = new Set(messages.map(({ id }) => id))
    const questions = objectsIn(read('probing_questions.json')).flatMap((entry): ChatQuestion[] => {
      const { question: text, source_chat_ids: sources } = entry
      const evidence = [...new Set(numbersIn(sources))].filter((id) => known.has(id))
      return typeof text === 'string' && evidence.length > 0 ? [{ text, evidence }] : []
    })
    return { name, messages, questions }
  })
}

type Fields = Readonly<Record<string, unknown>>

/** All objects in a value, however they are nested, in their order. */
function objectsIn(value: unknown): readonly Fields[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn)
  return isJsonObject(value) ? [value, ...Object.values(value).flatMap(objectsIn)] : []
}

function numbersIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value]
  if (Array.isArray(value)) return value.flatMap(numbersIn)
  return isJsonObject(value) ? Object.values(value).flatMap(numbersIn) : []
}

function isMessage(value: Fields): value is Fields & ChatMessage {
  const { content, id, role } = value
  const isRole = role === 'user' || role === 'assistant'
  return typeof id === 'number' && isRole && typeof content === 'string' && content !== ''
}
