@echo off
rem Starts SkyrimNet Proxy: double-click it, or run.bat [options] (run.bat --help lists them).
rem
rem Needs Java 25 or newer and finds it by itself. The jar is taken from beside this file or from
rem build\; where the sources are here it is built first when it is missing or older than they
rem are, for which the Java must be a JDK. All options are passed on.
rem
rem Paths may hold blanks, parentheses, ampersands and exclamation marks: so they are always
rem quoted, never expanded inside a block in parentheses, and delayed expansion is off.

setlocal EnableExtensions DisableDelayedExpansion
set "HERE=%~dp0"
set "NEEDED=25"
set "STATUS=1"

set "JAR=%HERE%skyrimnet-proxy.jar"
if exist "%HERE%src\build\Build.java" goto build
if not exist "%JAR%" set "JAR=%HERE%build\skyrimnet-proxy.jar"
goto start

:build
set "JAR=%HERE%build\skyrimnet-proxy.jar"
set "WANTED=javac"
call :find
if defined FOUND goto compile
if exist "%JAR%" goto start
echo A JDK %NEEDED% or newer is needed to build SkyrimNet Proxy: install Temurin %NEEDED% (JDK) from adoptium.net, then start run.bat again. >&2
goto end

:compile
pushd "%HERE%"
"%FOUND%\bin\java.exe" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 src\build\Build.java --if-older
set "STATUS=%ERRORLEVEL%"
popd
if "%STATUS%"=="0" goto start
echo The build failed: see above. >&2
goto end

:start
set "STATUS=1"
if exist "%JAR%" goto run
echo skyrimnet-proxy.jar is missing: put it beside run.bat. >&2
goto end

:run
set "WANTED=java"
call :find
if defined FOUND goto serve
echo Java %NEEDED% or newer is needed: install Temurin %NEEDED% from adoptium.net, then start run.bat again. >&2
goto end

rem Beside a game memory counts: the serial collector and a small heap to start with. No
rem TieredStopAtLevel=1: it makes encrypting long prompts ten times slower.
:serve
"%FOUND%\bin\java.exe" -XX:+UseSerialGC -Xms16m -Xmx512m -jar "%JAR%" %*
set "STATUS=%ERRORLEVEL%"

rem A window that closes at once with its error helps nobody. A double click starts cmd /c, and
rem 130 is Ctrl-C.
:end
if "%STATUS%"=="0" goto done
if "%STATUS%"=="130" goto done
setlocal EnableDelayedExpansion
set "LINE=!CMDCMDLINE!"
if not "!LINE:/c=!"=="!LINE!" pause
endlocal
:done
exit /b %STATUS%

rem Sets FOUND to the home of the first Java that is new enough and has bin\WANTED.exe, or to
rem nothing. Whoever sets JAVA_HOME or PATH has chosen; then come the places of the installers.
:find
set "FOUND="
if not defined JAVA_HOME goto find_on_path
set "CANDIDATE=%JAVA_HOME:"=%"
call :consider
:find_on_path
set "ON_PATH="
for %%J in (%WANTED%.exe) do set "ON_PATH=%%~$PATH:J"
if not defined ON_PATH goto find_installed
for %%J in ("%ON_PATH%") do set "CANDIDATE=%%~dpJ.."
call :consider
:find_installed
for %%V in ("Eclipse Adoptium" "Java" "Microsoft" "Zulu" "Amazon Corretto" "BellSoft" "OpenJDK") do for /d %%D in ("%ProgramFiles%\%%~V\*") do set "CANDIDATE=%%D"& call :consider
for /d %%D in ("%LOCALAPPDATA%\Programs\Eclipse Adoptium\*") do set "CANDIDATE=%%D"& call :consider
for /d %%D in ("%USERPROFILE%\.jdks\*") do set "CANDIDATE=%%D"& call :consider
for /d %%D in ("%USERPROFILE%\scoop\apps\*") do set "CANDIDATE=%%D\current"& call :consider
exit /b

:consider
if defined FOUND exit /b
if not exist "%CANDIDATE%\bin\%WANTED%.exe" exit /b
if not exist "%CANDIDATE%\release" exit /b
set "VERSION=0"
for /f "usebackq tokens=1,2 delims==" %%A in ("%CANDIDATE%\release") do if "%%A"=="JAVA_VERSION" for /f "delims=.-+_ " %%N in ("%%~B") do set "VERSION=%%N"
if %VERSION% GEQ %NEEDED% set "FOUND=%CANDIDATE%"
exit /b
