import { SeededRandom } from '../../packages/base/src/seeded-random.ts'
import type { ChatMessage, QuestionedChat } from './questioned-chat.ts'

const things = ['invoice', 'server', 'garden', 'recipe', 'passport', 'budget', 'guitar', 'lesson']
const places = ['Oslo', 'Lima', 'Nairobi', 'Quito', 'Hanoi', 'Malmo', 'Turin', 'Perth']
const traits = ['blue', 'broken', 'expensive', 'borrowed', 'ancient', 'spare', 'favourite', 'tiny']
const verbs = ['repaired', 'sold', 'painted', 'moved', 'insured', 'lost', 'copied', 'measured']
const advice = ['plan', 'check', 'compare', 'write', 'review', 'store', 'label', 'repeat', 'share']

/**
 * Chats that are made up: facts that their user tells once, each between long answers, and questions
 * about them in other words. The same seed gives the same chats.
 */
export function syntheticChats(count: number, turns: number): readonly QuestionedChat[] {
  return Array.from({ length: count }, (_, index) =>
    syntheticChat(`synthetic-${index}`, turns, index),
  )
}

function syntheticChat(name: string, turns: number, seed: number): QuestionedChat {
  const random = new SeededRandom(seed + 1)
  const facts = Array.from({ length: turns }, () => ({
    thing: random.pick(things),
    place: random.pick(places),
    trait: random.pick(traits),
    verb: random.pick(verbs),
    number: 100 + random.below(900),
  }))
  const messages = facts.flatMap(({ number, place, thing, trait, verb }, at): ChatMessage[] => {
    const told = `My ${trait} ${thing} was ${verb} in ${place}, and it cost ${number} crowns.`
    const words = Array.from({ length: 120 }, () => random.pick([...advice, ...things]))
    return [
      { id: at * 2, role: 'user', content: told },
      { id: at * 2 + 1, role: 'assistant', content: `You could ${words.join(', ')}.` },
    ]
  })
  const questions = Array.from({ length: 10 }, () => {
    const at = random.below(Math.floor(turns * 0.8))
    const { place, thing, trait, verb } = facts[at] ?? { place: '', thing: '', trait: '', verb: '' }
    const isMeant = (one: (typeof facts)[number]) =>
      one.thing === thing && one.trait === trait && one.place === place && one.verb === verb
    const evidence = facts.flatMap((one, index) => (isMeant(one) ? [index * 2] : []))
    return {
      text: `How much did I pay when my ${trait} ${thing} was ${verb} at ${place}?`,
      evidence,
    }
  })
  return { name, messages, questions }
}
