"""Finds wording that steers the reader (NEUT-1, NEUT-2, NEUT-3), in English.

A sentence is held against the table below: each rule is a name and what it looks for; `NOT` lists what looks alike and is allowed:
what an authority has to do, conditions of a process, freedom ("you do not have to"), the chat's own keys. False alarms are
answered here, with a new allowed form and its row in the test set, not by leaving a rule out.
"""

# ruff: noqa: E501  (a pattern stays on one line, so that it can be read and searched as one)
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# --- the table

READER = (
    r"(?:you|we all|survivors|victims|everyone|everybody|(?:people|women|men|those|others) (?:like you|in your \w+))"
)
"""Who may choose. Police, the Home Office, an employer are not in it: they may have to do things (NEUT-3)."""
ANYBODY = r"(?<!some )(?<!many )(?<!other )(?<!most )(?:people|anyone|women|men|a person|those who \w+|parents)"
"""Others in general: what they have to do may be a fact of a process, what they should do is advice."""
SOFT = r"(?:\w+ly |always |never |also |still |all |just |first |not |then |now )*"
GOOD = (
    r"best|better|safer|safest|wise|wiser|wisest|sensible|smart|important|essential|vital|crucial|advisable|necessary|"
    r"a good idea|a bad idea|a mistake|worth|worthwhile|high time|right|wrong|preferable|recommended|imperative|key|smarter|"
    r"in your (?:own )?(?:best )?interest|to your advantage|natural|normal|helpful|useful|reckless|foolish|unwise|risky not"
)
CHOOSE = (
    r"choose|chose|chosen|decide|decided|go (?:to|for|into|ahead)|went|take (?:this|that|part|up)|prefer|agree|agreed|accept|accepted|report|"
    r"reported|say yes|said yes|feel (?:better|safer|glad|relieved|happier)|felt (?:better|safer|glad|relieved)|are glad|were glad|"
    r"are happy|wish they|regret|find (?:it|that|this)|found (?:it|that|this)|leave|left|join|joined|ask for help|asked for help|"
    r"trust|sign|signed|pick|picked|opt|opted|start with|enter|entered|do not regret|never regret|recommend|have already"
)
RULES: dict[str, tuple[str, ...]] = {
    "obligation": (
        r"\byou are (?:required|obliged|bound|obligated|forced) to\b|\byou (?:can't|cannot|can not|could not) (?:go on|keep|continue|let|live like|ignore|stay silent|just|afford|wait)\b|\b(?:decision|choice|answer) should be\b",
        rf"\b{READER} {SOFT}(?:should|must|ought to|need to|needs to|have to|has to|had better|have got to|are supposed to|"
        r"are meant to|are expected to|shall|cannot afford|can not afford|can't afford)\b",
        rf"\b{ANYBODY} {SOFT}(?:should|ought to|had better|need to act|must come)\b",
        r"\byou(?:'ll| will| would|'d| are going to|'re going to) (?:need|have|want) to\b",
        r"\byou(?:'d| had|) better (?!off)\w+",
        r"\b(?:you've|you have|gotta) got to\b|\bgotta\b",
        r"\bit is (?:your|up to you as a) (?:duty|responsibility|job|obligation)\b|\byour (?:duty|responsibility) (?:is|to)\b",
        r"\b(?:there is|you have|leaves you|with) no (?:other |real )?(?:choice|option|alternative)\b",
    ),
    "evaluation": (
        r"\b(?:staying|leaving|refusing|waiting|silence|going back|asking|reporting|speaking|telling|accepting|saying (?:yes|no)|doing nothing) (?:is|means|brings|rarely|never|always|usually) (?:\w+ )?(?:dangerous|freedom|safety|safe|brave|courage|"
        r"works?|ends?|helps?|pays?|solves?|healing|peace|justice|power|strength|weak\w*)\b|\bthe key to\b|\byou have (?:a|the|this) (?:chance|opportunity|power) to\b|\bends? (?:well|badly)\b",
        r"\b(?:a|one|very) good (?:start|place to start|first step|step|way to|moment|option)\b|\b(?:would|will|might|may) suit you\b|\b(?:right|perfect|made|meant|ideal|best|good) for (?:you|someone like you|people like you)\b|\b(?:message|call|text|step|click|word) away\b",
        r"\b(?:is|would be|was|may be|might be|can be|could be) (?:always |often |usually |probably |also |really |clearly |not )*(?:a |the |your )?(?:big |great |huge |clear |very )?(?:mistake|best (?:thing|option|choice|way|step|decision)|"
        r"wise|wisest|smart|smartest|worth (?:it|doing|trying|a try|the \w+)|good idea|bad idea|right thing|safest|sensible|essential|vital|crucial|advisable|preferable|foolish|unwise|no[- ]brainer|shame|better (?:for you|than)|"
        r"lifeline|way out|ticket|only (?:chance|hope|way)|best (?:chance|hope|bet)|answer to)\b",
        r"\b(?:only|just) one (?:\w+ )?(?:thing|way|choice|option|answer) (?:to|left|for you)\b|\bonly one (?:sensible|right|safe|good|real)\b|\b(?:every|good|strong|plenty of|many) reasons? to (?:report|leave|go|tell|trust|say|ask|apply|stay|speak|accept|try|hope)\b|\bno harm in\b",
        r"\byou(?:'d| would) be (?:mad|crazy|wise|foolish|silly|better|safer|smart|right|wrong|stupid|happier|lucky)\b|\bbetter (?:safe than|late than|now than|today than)\b|\b(?:choice|answer|decision) is (?:clear|obvious|easy|simple)\b|\bspeaks for itself\b",
        rf"\b(?:it|that|this|which)(?:'s| is|'d be| would be| will be| may be| might be| could be| seems| is not|) {SOFT}(?:much |far |very |so |"
        rf"most |more |really |usually |often |probably )*(?:{GOOD}) (?:to|that|if|for you|you|not|that you|talking|calling|asking|going|"
        rf"leaving|reporting|telling|waiting|thinking|considering|getting)\b",
        r"\b(?:the|your|our) (?:\w+ )?(?:best|safest|easiest|right|wisest|smartest|quickest|most sensible|only sensible|only real|only safe|"
        r"obvious|sensible|natural|better|preferred|ideal|strongest|wise) (?:\w+ )?(?:option|options|way|choice|step|thing|decision|course|route|path|move|"
        r"bet|answer|plan|place to start|place|solution|hope|chance)\b",
        r"\bbetter off\b|\bfor the best\b|\bthe (?:first|next) step (?:is|for you is|would be) to\b|\bbest (?:if|not) \w+",
        r"\b(?:safer|better|easier|wiser|stronger) (?:than|to (?:leave|go|call|report|tell|ask|wait|stay|talk|speak)|if you|when you|outside|with us)\b",
        r"\bit (?:really |always |often |usually |also )?(?:helps to (?:talk|tell|ask|have|report|speak|call|know|share|write|go|say|be)|helps if you|(?:pays|would help|makes sense|does not hurt|doesn't hurt|never hurts) (?:to|if you))\b|\bmakes (?:most |more )?sense\b",
        r"\b(?:a|the) (?:better|brighter|new|happier) (?:life|future|start|tomorrow)\b",
    ),
    "advice": (
        r"\b(?:we|i|officers|experts) (?:would )?(?:always|usually|often|normally) (?:tell|ask|say)\b",
        r"\b(?:we|i|our team|officers|experts|the service|charities|lawyers|doctors|this service|many organisations) (?:\w+ly |would |always |do |all )*(?:recommend|advise|suggest|urge|encourage|"
        r"propose|want you to|would like you to|would love|hope you|hope that you|think you|believe you|believe that you|ask you to|invite you to|beg)\b",
        r"\byou(?:'re| are) (?:\w+ly )?(?:advised|encouraged|urged|recommended|invited|expected|asked) to\b",
        r"\b(?:is|are|comes|highly|strongly) (?:highly |strongly |very |always )*(?:recommended|advised|encouraged|advisable)\b",
        r"\b(?:our|my|the best|a word of|good) (?:advice|recommendation|suggestion|tip)\b|\bif (?:i|we) were you\b|\bin your (?:place|shoes)\b|\btake (?:our|my) advice\b",
        r"\byou (?:may|might|could|would|will) (?:also |well |even )?(?:want|wish|like|do well|prefer|be wise|be better|find it (?:helpful|useful|easier)) (?:to|if|not)\b",
        r"\b(?:you )?(?:could|might|may|can) (?:at least |also |always |start by |begin by )*(?:consider|considering|think about|be thinking)\b",
        r"\b(?:consider|think about|why not|how about|what about|have you thought (?:about|of)|have you considered|try) (?:\w+ing)\b",
        r"\byou (?:really |truly |just |simply |do )+(?:need|ought|want)\b|\byou owe (?:it )?(?:to )?\w+",
    ),
    "social-proof": (
        r"\bwhat (?:most|many|nearly all|other|all|everyone|everybody|the others)\b(?: \w+){0,3} (?:do|does|did|choose|chose|decide|say|recommend)\b|\b(?:almost |nearly )?(?:everyone|everybody|all) who (?:came|come|asked|wrote|joined|reported|left|entered|told)\b|"
        r"\b(?:smart|wise|sensible|strong|reasonable|clever|honest|good|decent) (?:people|person|women|woman|man|parents?|mothers?|workers?)\b|\b(?:anyone|anybody|everyone|everybody) (?:in your (?:shoes|place|situation|position)|sensible|else) would\b|\bjoin (?:the )?(?:many|thousands|hundreds|others)\b",
        rf"\b(?:most|many|nearly all|almost all|nearly everyone|almost everyone|everyone|everybody|thousands|hundreds|lots|plenty|the majority|countless|millions|so many)(?: of)?"
        rf"(?: (?:other|of|the|them|those|people|survivors|women|men|others|workers|who|in|your|situation|position|like|you|were|here|asked|came|come))*"
        rf" (?:\w+ly |have |had |also |who |are |do |will |would |end up |later |soon |already |in the end )*(?:{CHOOSE}|done (?:it|this|so)|choosing|do (?:it|this|so)\b)",
        r"\b(?:people|survivors|women|men|others|someone|somebody) (?:just )?like you\b|\bothers in your (?:situation|position)\b|\byou would not be the (?:first|only)\b",
        r"\b(?:nine|eight|seven|9|8|7) (?:out of|in) (?:ten|10)\b|\bthe (?:usual|popular|common|most common|most popular|normal) (?:choice|option|way|decision)\b",
        r"\b(?:nobody|no one|few people|no survivor) (?:ever |has ever |who \w+ (?:\w+ )?)?regret\w*\b|\ba(?:ll)? responsible (?:person|people|parent|mother|father)\b",
    ),
    "praise-blame": (
        r"\bputs? (?:\w+ )?(?:others|other \w+|your \w+|more \w+) (?:at|in) (?:risk|danger)\b|\b(?:only|just) (?:helps|protects|serves|rewards|encourages) (?:the|them|him|those|people|your)\b|\b(?:braver|bravest|bravery|courage)\b",
        r"\byou (?:can do (?:this|it)|have (?:already )?done the (?:hard|hardest|difficult)|have the (?:power|strength|courage)|have what it takes|are stronger|are worth)\b|\bwe (?:understand|know) (?:how|what) you\b|\bon your side\b|\b(?:no one|nobody) should (?:have to )?(?:live|suffer|stay|be treated|put up|accept|go through|bear)\b",
        r"\b(?:your \w+|they|others|we) needs? you to\b|\bwhat (?:would|will) (?:your|people|god|they)(?: \w+)? (?:say|think)\b|\bup to you to\b|\b(?:a|such a) (?:shame|pity) (?:to|if|not)\b",
        r"\b(?:you(?:'re| are| were) (?:so |very |really |incredibly )?|(?:so|how|be|very|really|incredibly) )(?:brave|courageous|proud|clever|amazing|heroic)\b|\byou(?:'re| are| were) (?:so |very |really )?(?:strong|weak)\b|\bstay strong\b|\bproud of you\b|\bwell done\b|\bgood for you\b|\bcongratulations\b|\bgood (?:choice|decision|job)\b",
        r"\b(?:brave|courageous|right|decent|responsible|honest|selfless|wise|good) (?:thing to do|thing|step|choice|decision|people)\b|\byou (?:so )?deserve\b|\bcourage to\b|\btakes (?:real |a lot of )?courage\b",
        r"\b(?:selfish|foolish|silly|irresponsible|coward|cowardly|shameful|naive|stupid|careless|stubborn|ungrateful)\b",
        r"\b(?:get|gets|getting) away with\b|\bfor (?:the sake of|your children's sake|your family's sake)\b|\b(?:so that|protects?|saves?|stops?) (?:it from happening to )?(?:others|other people|other women|the next)\b",
        r"\b(?:real|genuine|true|good) (?:victim|survivor|refugee)s?\b|\bif you (?:really|truly) (?:want|care|need|love|mean)\b|\byou (?:let|allowed) (?:them|him|this|it|yourself)\b|\byour own fault\b|\bonly yourself to blame\b",
        r"\b(?:what|as) (?:a )?(?:good|loving|caring) (?:mother|father|parent|person)\b|\bthink of your (?:children|family|mother|future|health|kids|baby)\b",
    ),
    "urgency": (
        r"\bbefore it(?:'s| is)? (?:\w+ )?too late\b|\btoo late\b|\bact (?:now|fast|quickly|today|soon)\b|\btime is running out\b|\b(?:last|only|best|final) chance\b|\bthe sooner\b|\bthe longer you\b",
        r"\bwhile you (?:still )?can\b|\bdo not (?:delay|wait|miss|hesitate)\b|\bdon't (?:delay|wait|miss|hesitate)\b|\bwithout delay\b|\bhurry\b|\bright away\b|\bas soon as (?:you can|possible)\b|\bno time to (?:lose|waste)\b",
        r"\b(?:it(?:'s| is)|(?:it |this )?(?:may|might|could|must|would) be) (?:\w+ )?time (?:to|for you|that you|you)\b|\b(?:now|today) is the (?:time|day|moment)\b|\bnever (?:come|be) (?:back|another|again)\b|\bevery (?:day|hour|minute) (?:counts|you wait|matters|that you)\b|\bwaiting (?:only )?makes\b|\burgent(?:ly)? (?:that|for you|to)\b|\bwaste (?:any |no )?(?:more )?time\b",
        r"\bimmediately\b(?=.*\byou\b)|\bstraight away\b|\bstop waiting\b|\bonce in a lifetime\b|\blimited (?:time|places)\b",
    ),
    "reassurance": (
        r"\byou(?:'ll| will| would) be (?:\w+ )?(?:glad|happy|pleased|relieved|grateful|thankful|free)\b|\bnot to blame\b",
        r"\byou(?:'ll| will| would|'d| may) (?:\w+ )?feel (?:\w+ )*(?:better|relieved|free|freer|stronger|safer|lighter|happy|happier|good)\b|\b(?:never|not|nobody|no one|none)\b[^.]*\b(?:looked|look|looking) back\b|\bnothing (?:\w+ )?(?:difficult|hard|scary|bad|to it|frightening)\b|\bthere for you\b",
        r"\b(?:don't|do not|no need to|never) (?:worry|be afraid|be scared|fear|panic|be ashamed|be shy|be nervous|feel guilty)\b|\bnothing (?:to|you) (?:fear|lose|worry about|be afraid of|to be afraid)\b|\bno (?:reason|need) to (?:be )?(?:fear|afraid|scared|worry|worried)\b",
        r"\b(?:(?:you|everything|your \w+|all)(?:'ll| will| are|'re| is)|(?:it|they|this|we)(?:'ll| will)) (?:\w+ )?(?:always be |be |now |completely |perfectly |totally |absolutely |quite |going to be )*(?:safe|fine|okay|ok|alright|all right|protected|looked after|believed|secure|untraceable|taken care of)\b",
        r"\b(?:completely|perfectly|totally|absolutely|entirely|100 ?%|fully|quite) (?:safe|private|secure|free of risk|confidential|anonymous|normal|safely)\b|\b100 ?%|\bguarantee[ds]?\b|\bguaranteeing\b|\bpromise\b|\brest assured\b",
        r"\b(?:nobody|no one|noone|none of them) will (?:ever )?(?:know|find|hurt|see|tell|judge|blame|hear)\b|\b(?:there is|has|with|at) no (?:risk|downside|harm|catch)\b|\brisk[- ]free\b|\bwithout (?:any )?risk\b|\bcan't go wrong\b|\bcannot go wrong\b",
        r"\b(?:you can (?:fully |always |safely )?|please )?trust (?:us|them|me|the police|him|her)\b|\b(?:can|may) (?:fully |always |safely )trust\b|\bwill (?:always )?(?:protect|keep) you\b|\beverything will (?:be|work|turn)\b|\bit will all be\b|\b(?:only|merely) want(?:s)? to help\b|\bhere to (?:protect|save|rescue) you\b|\bin (?:good|safe) hands\b|\bcan only (?:help|gain|win|get better)\b",
    ),
    "minimising": (
        r"\b(?:is|'s) all (?:it takes|you need|that is needed|it needs)\b|\ball it (?:takes|needs)\b|\bnothing more than\b|\bno more than a (?:call|text|form)\b|\bfor your own (?:good|sake|safety)\b|\bjust (?:in case|this once|a form|to be safe)\b",
        r"\bsimply\b|\bmerely\b|\ball you (?:have|need|'ve got) to do\b|\byou only (?:have|need|must)\b|\byou just (?:have|need|must)?\b|\b(?:it|this|that)(?:'s| is) (?:really |very |so |as |quite )?(?:easy|simple|quick|painless|no trouble|just a|only a)\b",
        r"\bjust (?:call|tell|ask|go|say|send them|leave|sign|talk|speak|phone|contact|walk|come|be|trust|one|a (?:short|quick|small|few|little|matter))\b|\bonly (?:takes|costs|asks)\b|\bno big deal\b|\bas easy as\b|\beasily\b",
        r"\b(?:obviously|of course|clearly|naturally|needless to say|luckily|fortunately|thankfully|happily|sadly|regrettably|unfortunately|surely|undoubtedly|frankly|honestly|actually|after all)\b",
    ),
    "hidden-default": (
        r"\bunless you (?:say|tell|opt|object|refuse|write|ask us not|stop us)\b|\bwe(?:'ll| will) assume\b|\bby default\b|\b(?:if we do not hear|no answer means|silence means|saying nothing means)\b|\b(?:we have|we've) already (?:booked|signed|referred|arranged|told|made)\b",
        r"\bwe(?:'ll| will) (?:now |then |automatically |go ahead and )+(?:refer|pass|share|sign|enrol|tell|book|report)\b|\byou (?:agree|consent) by\b|\bby (?:writing|reading on|going on|continuing|using this)[^.]* you (?:agree|consent|accept)\b|\bautomatically (?:agree|sign|enter|join)\w*\b|\bis already (?:ticked|chosen|selected)\b",
    ),
    "loaded": (
        r"\b(?:terrible|horrible|evil|wonderful|amazing|fantastic|excellent|perfect|ideal|awful|dreadful|brilliant|life-changing|a lifeline|invaluable|world-class|compassionate|dedicated|caring|heartless|cruel|monster\w*|disgusting|"
        r"nightmare|tragic|horrific|incredible|unbeatable|outstanding|superb|marvellous|magical|golden|generous|lovely|precious|inspiring|empower\w*|heroic|heroes|warm and welcoming|friendly|experts?|trustworthy|kind and|really good|great (?:choice|place|help|team|opportunity|chance|support|way|option|news|start|service|people|future|benefit|work)|hopeless|dead end|pointless|useless)\b",
        r"\b(?:rescue[ds]?|saviou?r|set free|at last|finally free|illegals?|illegal (?:immigrant|migrant|person|people|worker)s?|bogus|cheat(?:s|ing)?|sadly)\b",
    ),
    "label": (
        r"(?<!if )(?<!whether )\byou(?:'re| are| were) (?:\w+ly )?(?:not )?(?:really )?(?:a |an |the )?(?:\w+ )?(?:victims?|survivors?|slaves?|trafficked|exploited|enslaved|illegal|eligible|abused|traumati[sz]ed|vulnerable|prostitute|criminal)\b(?! when| if)",
        r"(?<!if )(?<!whether )\byou(?:'ve| have)(?: clearly)? been (?:\w+ly )?(?:trafficked|exploited|enslaved|abused|groomed|brainwashed|lied to|manipulated)\b",
        r"\b(?:as|like|being) an? (?:\w+ )?(?:victim|survivor|slave),? you\b|\bvictims like you\b|\byou qualify\b|\bwhat happened to you (?:is|was) (?:trafficking|slavery|a crime|abuse|exploitation|rape)\b|\byour (?:trafficker|abuser|exploiter|pimp)s?\b|\byou (?:sound|look|seem) (?:like )?(?:a )?(?:\w+ )?(?:victim|survivor|exploited|trafficked|traumati[sz]ed|afraid)\b",
    ),
    "pressing-question": (
        r"\bwhy (?:not|don't you|do you not|would you (?:not|stay|wait)|wait|stay|suffer|haven't you|are you still)\b|\b(?:wouldn't|isn't|shouldn't|don't|won't|haven't|aren't|didn't) (?:you|it|that|your)\b[^.?]*\?|\bwhat are you waiting\b|\bare you (?:really |absolutely )?sure\b",
        r"\bdo you (?:really|honestly|still) (?:want|think|believe|need)\b|\bhow (?:could|can) you\b|\bwould you rather\b|\bare you going to let\b|\bready to (?:start|take|leave|change|be free|move)\b[^.?]*\?|\bwho would not\b|\bwhat have you got to lose\b|\bdon't you\b",
    ),
    "threat": (
        r"\byou (?:do not|don't) want to (?:miss|end|lose|be|risk|regret|find|wake|let)\b|\btoo good to (?:miss|refuse)\b|\bnever too late\b|\bwe(?:'ll| will) refer you\b|\bpay the price\b|\blive with (?:the|that) (?:guilt|regret)\b",
        r"\byou(?:'ll| will| may| might| could) (?:\w+ )?(?:regret|never (?:get|be|see|have|forgive)|miss out|be sorry|end up|be left|lose (?:your|the|this) (?:chance|only))\b|\bor else\b|\botherwise,? you\b|\bmiss(?:ing)? (?:out|your chance|this chance)\b|\brisk losing\b|\bthrow(?:ing)? away\b",
        r"\bif you (?:stay silent|keep quiet|say nothing|do nothing|keep waiting|stay),[^.]*(?:will|worse|never|happen again|others|continue)\b|\bthings will (?:only )?get worse\b|\bit will only get worse\b|\bhas consequences you\b|\bdo you want (?:that|this|your)\b",
    ),
}  # fmt: skip

PLAIN_VERBS = (
    "accept agree apply avoid be become begin believe book break bring choose come complete consider decide demand do don't enter escape "
    "find flee follow forget forgive get give go grab hang have hide hold ignore imagine insist join keep learn let listen lose make "
    "meet move never pack please protect put quit reach realise realize refuse remember remain resist save say see seek sign speak "
    "stand sue take tell think try understand wake walk withdraw write ring ensure notice act dare dial discuss explain stick register "
    "rely empower pretend ask discover pick opt beware watch expect weigh compare aim treat admit hurry rush drop escape grow focus picture prove "
    "swear embrace rise fear cross"
)
NOUN_VERBS = (
    "call contact report leave help work stay talk support rest stop visit change claim trust plan phone text use share hope face fight check "
    "wait need start return search challenge appeal cooperate risk care request mind pay note look run feel welcome allow set prepare"
)
"""Verbs that are names as well: "Contact with family can stop" is no order. They count with an object after them."""
FINITE = (
    r"is|are|was|were|may|can|cannot|costs?|has|have|had|depends?|works?|will|takes?|means|does|do|did|varies|vary|happens|helps?|gives?|ends?|"
    r"begins?|starts?|comes?|goes|runs?|needs?|must|should|could|would|might|stops?|lasts?|includes?|differs?|stays?"
)
OBJECT = (
    r"(?:the|a|an|your|them|him|her|us|me|it|this|that|these|those|someone|somebody|anyone|police|999|101|112|now|today|away|strong|calm|quiet|"
    r"safe|here|there|behind|out|back|home|what|how|whether|until|yourself|others?|as soon as|as fast as|"
    r"to (?:the|a|an|someone|somebody|your|us|one|him|them)|for (?:help|a|an|the|us|your|legal|support|asylum)|"
    r"with (?:us|someone|somebody|a|an|the|your|him|them))"
)
_NO_SUBJECT = rf"(?!(?: (?!because|as|since|so|when|if|and|before|until|till|who)[^\s,]+){{0,5}} (?:{FINITE})\b)"
_LEAD = (
    r"(?:(?:please|now|and|but|or|just|first|next|instead|always|also|today|here|again|together|simply|kindly|really)[, ]+|"
    r"(?:so|then|yes|no|ok|okay|well|listen|look|friend), )*"
)
_CLAUSE = (
    r"(?:(?:if|when|once|as soon as|unless|because|while|until|whenever|even if)\b[^,;]{3,80}, |"
    r"(?:before|after|for|to|in|at|by|on|from|with)(?: (?!people\b|some\b|many\b|workers?\b|they\b)[^\s,]+){1,6}, )?"
)
_VERB = "|".join(PLAIN_VERBS.split())
_NOUN = "|".join(NOUN_VERBS.split())
IMPERATIVES = (
    rf"^{_CLAUSE}{_LEAD}(?:{_VERB})\b(?! ?[:/]| language\b)",
    rf"^{_CLAUSE}{_LEAD}(?:{_NOUN})\b(?= {OBJECT}\b|[.!]*$){_NO_SUBJECT}",
    rf"[,;] (?:so |then |please |just )*(?:{_VERB}|{_NOUN}) (?:it|him|them|her|us|this|that|now|today|yes|action|away|help|advice)\b[^,]*[.!]?$",
    r"(?:; | so | but )(?:please )?(?:call|phone|contact|tell|report it|go to|trust|seek|reach out|get help|ask for|get out|speak to|talk to|don't|do not)\b",
    r"\bmake sure\b|\bbe sure to\b|\breach out\b|\blet us (?:help|take|look after|protect)\b|\blet's\b|\bfeel free to\b|\bremember (?:to|that you)\b",
    r"\bplease (?:do|don't|consider|think|remember|tell|call|go|leave|trust|be|get|ask|talk|contact|report|keep|stay|come|take|sign)\b",
)
NOT = (
    # Freedom, and what is no duty.
    r"\b(?:do not|don't|does not|doesn't|never|did not|will not|won't|would not) (?:\w+ )?(?:have|need|has|want) to\b", r"\bno ?(?:body|one| one) (?:has|needs|must|can)\b[^.]*",
    # A condition of a process: what has to be so for something to be possible (NEUT-3).
    r"\b(?:you|people|a person|everyone|anyone|children|parents|workers|women|men|those who|one) (?:\w+ (?:\w+ )?)?(?:must|need to|have to|has to|needs to|will need to|will have to|would need to|would have to) (?:first |also |usually |normally |already |still )?(?:be|have|hold|live|show|prove|pay|give|fill|agree|consent|sign|earn|meet|apply|ask|appeal|attend|register|make|send|claim|bring|answer|report|wait|go|provide|pass)\b[^.]*"
    r"(?: to (?:apply|get|qualify|claim|receive|use|be (?:able|considered|referred|allowed|given)|enter|join|appeal|ask|keep|open|rent|work|have|stay in|see|register|vote|start)\b| before (?:it|they|the|a|an|this|any)\b| within \d+| for (?:this|that|it|the)\b| in order to\b| under the (?:rules|law)\b| by law\b| until (?:the|it|a)\b)",
    r"\b(?:do|does|did|would|will) (?:you|people|i|a person|anyone|everyone|one) (?:\w+ )?(?:have|need) to\b[^.?]*\?", r"\b(?:must|should) i\b[^.?]*\?", r"\bif (?:you|people|a person|someone|somebody) (?:need|have|want|must|has|needs|wants) to\b",
    r"\bshould (?:not )?(?:have (?:been|got|received|had)|get|receive|hear|be (?:told|given|paid|asked|offered|able|shown|sent|treated|seen))\b", r"\b(?:what|which|whether|how|when|where|who|that) you (?:need|have|want) to (?:know|pay|show|say|wait|do)\b",
    r"\b(?:workers|women|men|children|people|parents) who (?:should|must)\b",
    # What others promise or cannot promise.
    r"\b(?:cannot|can not|can't|could not|does not|do not|not|never|no one can|nobody can|without) (?:\w+ )?(?:promise|guarantee|guaranteed|be sure|safe)\b", r"\bno guarantee\b", r"\b(?:is|are) not (?:always )?(?:safe|secret|protected|fine|guaranteed)\b",
    r"\b(?:the|a|an|their|independent|medical|forensic|country) experts?(?: evidence| witness| report)\b", r"\breasonable grounds\b", r"\bpersonal advice\b", r"\bmental health\b",
    r"\bby default the\b", r"\bno choice (?:of|about|over|where|in)\b", r"\b(?:none of (?:them|these|the \w+)|no \w+|nobody|neither) can (?:\w+ )?(?:promise|guarantee)\b", r"\b(?:no|not a|not the) promises?\b", r"\bsafe house\b", r"\bplace of safety\b", r"\b(?:they|the person|the officer|officers|the lawyer|the police|the worker|staff) (?:may |can |will |often |sometimes )*(?:ask|asks|asked) you to\b",
    r"\bunder 18\b", r"\bno hurry\b", r"\b(?:home office|police|court|council|judge|officers?|government|employer|employers|landlord|landlords|agency|nhs|staff|school|bank) (?:\w+ly )?(?:must|should|has to|have to|needs? to|ought to|is expected to|are expected to|is supposed to|are supposed to)\b",
)  # fmt: skip
OWN_KEYS = (
    r"^[^.:]{1,40}: key [#\\d]", r"^ask for a person:",
    r"^(?:(?:to|if|when) [^,.]*, )?(?:please )?(?:send|reply|press|type|text|write|tap)(?: with)? (?:a number|one of|the number|any number|the letter|anything|it|a message|[#\d\"'{(]|one word|more|back|menu|person|close|that word)",
    r"^(?:choose|pick|send) (?:a number|what the person will see|a language|one of (?:these|the) numbers|which)\b", r"^take (?:the|as much|all the|your) time\b", r"^(?:go on|go on reading|read more|go back|leave a message for a person|ask for a person|do not ask now|talk to a person|open the menu|another language|read another part)\.?$",
    r"^text: ", r"^you can\b(?!.*\b(?:should|must)\b)",
    r"^(?:read|hear|more) about\b",
)  # fmt: skip
"""The chat's own keys and labels: instructions that are about the chat and nothing else."""

# --- the machine


@dataclass(frozen=True, slots=True)
class DirectiveFinding:
    rule: str
    match: str


_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "})
_SENTENCE = re.compile(r"(?<=[.!?:;])\s+|\n+| - |\s*[•*]\s+")
_QUESTION = re.compile(r'"[^"]*\?"')
_COMPILED = {rule: tuple(re.compile(one) for one in patterns) for rule, patterns in RULES.items()}
_IMPERATIVE = tuple(re.compile(one) for one in IMPERATIVES)
_NOT = tuple(re.compile(one) for one in NOT)
_OWN = tuple(re.compile(one) for one in OWN_KEYS)


def directive_findings(text: str, *, label: bool = False) -> list[DirectiveFinding]:
    """What steers the reader in a text, in the order of its sentences; empty when nothing does.

    `label`: the text is the name of an option, in which a verb at the beginning is a name and no order.
    """
    found = [finding for sentence in _sentences(text) for finding in _in_sentence(sentence, label=label)]
    return list(dict.fromkeys(found))


def _sentences(text: str) -> Iterator[str]:
    plain = _QUESTION.sub('"..."', text.translate(_QUOTES))
    for sentence in _SENTENCE.split(plain):
        words = " ".join(sentence.split()).lower()
        if words:
            yield words


@lru_cache(maxsize=4_096)
def _in_sentence(sentence: str, *, label: bool) -> tuple[DirectiveFinding, ...]:
    allowed = [found.span() for pattern in _NOT for found in pattern.finditer(sentence)]
    found = []
    for rule, patterns in _COMPILED.items():
        found += [DirectiveFinding(rule, one) for one in _matches(patterns, sentence, allowed)]
    if not label and not any(pattern.match(sentence) for pattern in _OWN) and not sentence.endswith("?"):
        found += [DirectiveFinding("imperative", one) for one in _matches(_IMPERATIVE, sentence, [])]
    return tuple(found)


def _matches(patterns: tuple[re.Pattern[str], ...], sentence: str, allowed: list[tuple[int, int]]) -> Iterator[str]:
    for pattern in patterns:
        for match in pattern.finditer(sentence):
            start, end = match.span()
            if match.group().strip() and not any(a < end and start < b for a, b in allowed):
                yield match.group().strip()
