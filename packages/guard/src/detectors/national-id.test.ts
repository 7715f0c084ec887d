import { expect, it } from 'vitest'
import { compileMatcher } from '../compile-matcher.ts'

const matcher = compileMatcher({ detectors: ['NationalId'] })
const found = (text: string) => matcher.find(text).map(({ end, start }) => text.slice(start, end))

it.each([
  ['Germany', '38 501 402 063', '38 501 402 064'],
  ['France', '2 70 12 51 526 073 93', '2 70 12 51 526 073 94'],
  ['Italy', 'AFRCNB73L26H340T', 'AFRCNB73L26H340U'],
  ['Spain', 'Y3299013E', 'Y3299013F'],
  ['Poland', '45092694636', '45092694637'],
  ['Brazil, CPF', '041.192.822-87', '041.192.822-88'],
  ['Brazil, CNPJ', '86.689.668/0002-94', '86.689.668/0002-95'],
  ['India', '9985 5781 7424', '9985 5781 7425'],
  ['China', '320106198711222959', '320106198711222958'],
  ['Sweden', '040106-7020', '041306-7020'],
  ['Finland', '040866-579R', '040866-579S'],
  ['Denmark', '120676-3629', '121376-3629'],
  ['Norway', '280264 35457', '280264 35458'],
  ['Belgium', '03.08.03-490.53', '03.08.03-490.54'],
  ['Switzerland', '756.8765.2857.95', '756.8765.2857.96'],
  ['Ireland', '0606743LA', '0606743MA'],
  ['Canada', '471-788-695', '471-788-696'],
  ['South Korea', '661120-0934761', '661120-0934762'],
  ['Turkey', '64768990706', '64768990707'],
  ['Mexico', 'OUOC450816HMCYWJ12', 'OUOC450816HMCYWJ13'],
  ['Chile', '7.462.539-8', '7.462.539-9'],
  ['South Africa', '0001269176085', '0001269176086'],
  ['the Netherlands', 'BSN 403532152', 'BSN 403532153'],
])('knows numbers of %s by their check digits or dates', (_, right, wrong) => {
  expect(found(`${right}, ${wrong} and a${right}b`)).toEqual([right.replace('BSN ', '')])
})

it('takes nine digits for a Dutch number only where they are called so', () => {
  expect(found('order 403532152, burgerservicenummer: 403532152')).toEqual(['403532152'])
})
