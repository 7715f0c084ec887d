import type { Item, ModelResponse } from '@fairlead/llm'
import type { AnswerStore } from '../stores/answer-store.ts'
import type { KeptAnswer } from '../stores/kept-answer.ts'
import type { Keyring } from './keyring.ts'
import { openItem, sealItem } from './sealed-turn.ts'
import { isSealedText, type TextCipher } from './text-cipher.ts'

/** Answers by idempotency key, which belong to nobody but their tenant: its key encrypts them. */
export function encryptedAnswers(answers: AnswerStore, keyring: Keyring): AnswerStore {
  const cipherOf = (tenant: string) => keyring.cipherOf(tenant, null, { creates: true })
  const opened = async (answer: KeptAnswer | undefined) =>
    answer && openAnswer(answer, await cipherOf(answer.tenant))
  return {
    async begin(answer) {
      const cipher = await cipherOf(answer.tenant)
      return opened(await answers.begin(sealAnswer(answer, cipher)))
    },
    load: async (tenant, key) => opened(await answers.load(tenant, key)),
    async flush(part) {
      const cipher = await cipherOf(part.tenant)
      return answers.flush({ ...part, output: part.output.map((item) => sealItem(item, cipher)) })
    },
    async complete(part) {
      const cipher = await cipherOf(part.tenant)
      return answers.complete({ ...part, whole: sealWhole(part.whole, part.id, cipher) })
    },
    drop: (part) => answers.drop(part),
    recover: () => answers.recover(),
    expire: () => answers.expire(),
  }
}

function sealAnswer(answer: KeptAnswer, cipher: TextCipher): KeptAnswer {
  return {
    ...answer,
    output: answer.output.map((item: Item) => sealItem(item, cipher)),
    whole: answer.whole && sealWhole(answer.whole, answer.id, cipher),
  }
}

function openAnswer(answer: KeptAnswer, cipher: TextCipher): KeptAnswer {
  return {
    ...answer,
    output: answer.output.map((item) => openItem(item, cipher) as Item),
    whole: answer.whole && openWhole(answer.whole, answer.id, cipher),
  }
}

function sealWhole(whole: ModelResponse, id: string, cipher: TextCipher): ModelResponse {
  return { sealed: cipher.seal(whole, `answer ${id}`) } as unknown as ModelResponse
}

function openWhole(whole: ModelResponse, id: string, cipher: TextCipher): ModelResponse {
  const { sealed } = whole as unknown as { readonly sealed?: unknown }
  return isSealedText(sealed) ? (cipher.open(sealed, `answer ${id}`) as ModelResponse) : whole
}
