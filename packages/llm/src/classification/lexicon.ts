/** Letters of a word that are looked up. */
export const stemLength = 6

/**
 * Words that tell what is asked, in English and, where it is cheap, in German, Spanish, French,
 * Italian and Chinese. An entry is a whole word, or the first six letters of longer ones; Chinese is
 * looked up by single characters and pairs. The classifier learns how much each group counts.
 */
const groups = {
  translate:
    'transl locali render übersetz überse traduc traduz traduis traduit traduir tradui tradur 翻译 译成 译为',
  language:
    'englis french german spanis italia portug japane chines korean dutch polish swedis danish norweg russia turkis arabic hindi greek finnis ukrain hungar latin thai czech deutsch deutsc franzö italie spanie spanis inglés ingles francé alemán aleman españo italian anglai allema espagn inglese france tedesc spagno 英文 英语 中文 德语 日语 法语 英译',
  summarize:
    'summar tldr tl gist recap synops conden digest abstra takeaw nutshe overvi briefi distil zusamm fasse fassen resume resumen résume résumé riassu 总结 概括 摘要 要点',
  extract:
    'extrac pull parse retrie json csv schema fields field entiti mentio extrah nenne extrae extrai extrais relève estrai 提取 找出 抽取',
  classify:
    'classi catego label labels tag tags sentim spam intent positi negati neutra toxic assign route priori severi sort klassi ordne stimmu clasif indica classe 分类 判断 情感',
  creative:
    'poem poetry story haiku limeri joke lyrics song slogan tale novel sonnet rap dialog scene charac monolo villai fictio imagin invent funny birthd toast speech title titles name names compos gedich gescht geschi witz poema cuento poème histoi poesia scrivi fable eslogan 诗 故事 笑话 童话',
  code: 'code python javasc typesc java rust go golang sql bash regex functi class api script docker git react css html npm json node compil bug debug refact implem unit tests stack trace except error const def return import kubern postgr query loop array linux comman funkti funció 代码 函数 编程',
  math: 'solve comput calcul derive integr equati probab matrix prove theore sum square root area volume percen fracti limit factor eigenv conver interest average median multip divide divided rechne bereche berechn gleich ecuaci calcul résous équati 计算 求解 方程 证明 面积 乘以',
  reason:
    'why deduce infer logic argume assess evalua analys analyz compar recomm justif reason trade tradeo pros cons explai implic assump hypoth plausi cause strate decide weigh critic predic likely clues puzzle schrit begrün razona argum paso analiza valuta motiva 推理 分析 为什么 优缺',
  rewrite:
    'rewrit rephra rewor reword parapr proofr gramma spelli typos polish improv wording tone polite formal shorte edit revise correc korrig formul höflic reescr corrig reform réécri correg mejora 润色 改写 改得 礼貌',
  greet:
    'hi hello hey thanks thank morning night lol haha bye ok cool hallo danke guten hola gracia buenos bonjou salut ciao buongi 你好 谢谢 早上 晚安',
  question:
    'what who when where which how is are does do can was wer wann wo wie qué quién cuándo dónde cuál quel quelle quand où qual quale chi quando 谁 多少 什么 多长 多远 哪',
  personal:
    'you your me my myself feel lonely bored excite nervou friend chat talk du dich dir tú te toi tu',
  content: 'text follow below articl paragr passag senten email letter report docume this these',
} as const

type LexiconGroup = keyof typeof groups

export const lexiconGroups = Object.keys(groups) as readonly LexiconGroup[]

/** By word or stem: the numbers of the groups that have it. */
export const lexicon: ReadonlyMap<string, readonly number[]> = index(groups)

/** Words that make a prompt more complex, by kind; the classifier learns how much each counts. */
const demands = {
  /** A condition that the answer must keep. */
  constraint:
    'must should only exactl withou ensure avoid least most never always each every except keep includ exclud limit under over within both muss müssen ohne debe sin doit sans deve senza',
  /** One thing after another. */
  step: 'then first second third finall after before step next also end lastly danach zuerst dann luego ensuite poi 然后',
  /** Work that takes thought. */
  depth:
    'design implem archit prove derive trade tradeo optimi distri concur thread migrat strate compar evalua assess analys analyz justif consid examin resolv confli synthe critic genera hypoth assump recove consis benchm',
} as const

export const demandKinds = Object.keys(demands) as readonly (keyof typeof demands)[]

export const demandWords: ReadonlyMap<string, readonly number[]> = index(demands)

function index(lists: Readonly<Record<string, string>>): ReadonlyMap<string, readonly number[]> {
  const numbers = new Map<string, number[]>()
  for (const [group, words] of Object.values(lists).entries()) {
    for (const word of new Set(words.split(' ').map((one) => one.slice(0, stemLength)))) {
      numbers.set(word, [...(numbers.get(word) ?? []), group])
    }
  }
  return numbers
}
