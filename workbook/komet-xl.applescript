-- Starts Komet's Python for a button of the add-in on a Mac. "komet-xl install" fills in the two properties and puts this
-- file into Excel's folder of scripts. It can start this one program only, and every word of the request is quoted, so
-- that no workbook's name is read as a command.

property interpreter : ""
property isolation : "-I"

on KometPress(request)
	set button to paragraph 1 of request
	set book to ""
	if (count of paragraphs of request) > 1 then set book to paragraph 2 of request
	if interpreter is "" then error "run komet-xl install"
	set program to quoted form of interpreter & " " & isolation & " -m komet_xl.addin.press "
	set request to quoted form of button & " " & quoted form of ("--wb=" & book) & " --from_xl=1"
	do shell script program & request & " > /dev/null 2>&1 &"
	return ""
end KometPress
